import type { Release } from '../domain/release.ts';
import type { Head } from '../domain/evidence/chain.ts';

/** What people are told. */
export interface Notice {
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
    | 'movedFromOutside';
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
  /** `skipped` when the channel is not configured. */
  readonly result: 'delivered' | 'skipped' | 'failed';
  readonly detail?: string;
}

export interface Notifier {
  /** Tries every channel; never throws: what could not be delivered is in the result. */
  tell(
    notice: Notice,
    channels: { snsTopicArn?: string; slackWebhookSecret?: string } | null,
  ): Promise<readonly Delivery[]>;
}
