import type { Channels } from '../core/world.ts';
import type { SeenCall, SeenTask } from './match.ts';
import type { DeliveryRule, Rule, RuleInput, TaskRule } from './rule.ts';

/** What faults need from the services. */
export interface FaultControls {
  /** Kills the running environments of a function. */
  killFunction(functionName: string): void;
  /** Disturbs the deliveries of the event bus that the rule matches from now on; `undefined` ends it. */
  disturbDelivery(rule: DeliveryRule | undefined): void;
}

/** A rule and what became of it. */
export interface RuleState {
  readonly rule: Rule & { readonly id: string };
  /** Matches so far, and those that were hit. Deliveries are not counted. */
  readonly seen: number;
  readonly struck: number;
}

/** One fault that happened. */
export interface Strike {
  readonly rule: string;
  readonly action: string;
  /** Sandbox milliseconds. */
  readonly at: number;
  /** What was hit: `Lambda.UpdateAlias by ShiftTraffic`, `metric AWS/Lambda Errors`, `event aws.s3 Object Created`. */
  readonly hit: string;
}

/** Faults on demand: none until a rule is added; the same seed, rules and calls give the same faults. */
export interface Faults {
  /**
   * Adds a rule and answers its id. `predicate` restricts a rule on calls further.
   * @throws TypeError that says what is wrong with the rule, or that its id is taken: correct it.
   */
  add(rule: RuleInput, predicate?: (call: SeenCall) => boolean): string;
  /** Answers whether there was such a rule. */
  remove(id: string): boolean;
  /** Removes all rules and forgets what happened. */
  clear(): void;
  rules(): readonly RuleState[];
  /** The latest faults, the oldest first. */
  strikes(): readonly Strike[];
  /** What is to happen to an attempt of a Task state; nothing when `undefined`. */
  taskFault(task: SeenTask): TaskRule['action'] | undefined;
  /** The same channels, with the faults on metrics and events in their way. */
  disturb(channels: Channels): Channels;
}
