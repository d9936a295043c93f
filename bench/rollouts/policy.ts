import type { Cell } from './cell.ts';
import type { Shown } from './world.ts';

/** What a policy does after a look. Times in milliseconds, shares in percent. */
export type Action =
  { kind: 'wait'; milliseconds: number; percent?: number } | { kind: 'promote' } | { kind: 'rollBack' };

/** One rollout under a policy. */
export type Rollout = {
  /** The first action, at the moment when the rollout begins, with what was shown before it. */
  begin(now: number, shown: Shown): Action;
  /** The next action. */
  look(now: number, shown: Shown): Action;
};

/** A way of letting a release in, after its documentation. */
export type Policy = {
  name: string;
  ours: boolean;
  /** Where the rules come from. */
  source: string;
  /** Minutes from the first traffic to the promotion as configured. */
  minutes: number;
  /** Whether it looks at latency. */
  latency: boolean;
  rollout(cell: Cell): Rollout;
};
