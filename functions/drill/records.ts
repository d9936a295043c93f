import type { DrillCheck } from '../../domain/drill/assess.ts';

export type DrillStatus = 'running' | 'passed' | 'failed';

/** A fire drill as the ledger keeps it. */
export interface DrillRecord {
  /** ISO 8601. */
  readonly startedAt: string;
  readonly execution: string;
  /** Who asked for it: a person's ARN, or `schedule`. */
  readonly by: string;
  readonly status: DrillStatus;
  readonly baseline?: string;
  readonly candidate?: string;
  readonly endedAt?: string;
  readonly checks?: readonly DrillCheck[];
  readonly recoverySeconds?: number;
  readonly reactionSeconds?: number;
  readonly traffic?: DrillTraffic;
  /** Why it failed, in a sentence. */
  readonly reason?: string;
}

/** What the drill's own requests met. */
export interface DrillTraffic {
  readonly sent: number;
  readonly failed: number;
  /** Requests that Lambda did not take: throttled, or nothing is released yet. */
  readonly refused: number;
}
