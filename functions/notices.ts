import type { Release } from '../domain/release.ts';
import type { Head } from '../domain/evidence/chain.ts';

/** What people are told. */
export interface Notice {
  /** Names it, the same for every attempt to tell it: each channel gets it once. It is in what SNS delivers, too. */
  readonly id: string;
  /** What a rolled-back rollout had changed besides traffic and is as before; and what is not, and why. */
  readonly reverted?: readonly string[];
  readonly notReverted?: readonly string[];
  readonly outcome:
    | 'rolledBack'
    | 'rolledBackByHand'
    | 'releasedInFreeze'
    | 'releasedUndecided'
    | 'rejected'
    | 'held'
    | 'reconciled'
    | 'rollbackFailed'
    | 'drillFailed'
    | 'movedFromOutside'
    | 'changedFromOutside';
  /** What it is about; a release when absent. */
  readonly kind?: Release['kind'];
  readonly function: string;
  readonly environment: string;
  readonly release: string;
  readonly stable: string | undefined;
  readonly candidate: string | undefined;
  /** Of a release group: each member, from which version to which, and how it came out. */
  readonly members?: readonly string[];
  readonly reason: string;
  readonly figures?: string;
  /** Head of the rollout's evidence, kept where nobody who can write the ledger can change it. */
  readonly evidence?: Head;
  readonly execution: string;
  /** Set by the notifier for what a fire drill causes: nobody needs to get up. */
  readonly drill?: boolean;
}

export interface Delivery {
  readonly channel: 'sns' | 'slack';
  /** `skipped` when the channel is not configured, `underway` when another invocation is delivering it. */
  readonly result: 'delivered' | 'skipped' | 'failed' | 'underway';
  readonly detail?: string;
}

export interface Notifier {
  /**
   * Tries every channel; never throws: what could not be delivered is in the result. What a channel has taken is not given
   * to it again, unless an attempt dies between its taking it and the note of that. `among`: whether others may be telling
   * the same at this moment; then what they are at is left to them.
   */
  tell(
    notice: Notice,
    channels: { snsTopicArn?: string; slackWebhookSecret?: string } | null,
    among?: 'rivals' | 'attempts',
  ): Promise<readonly Delivery[]>;
}

/** Another invocation is telling it: whoever notes that it was told waits until that has ended. */
export function isUnderway(deliveries: readonly Delivery[]): boolean {
  return deliveries.some(({ result }) => result === 'underway');
}
