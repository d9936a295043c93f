import type { Head, Link } from '../../domain/evidence/chain.ts';
import type { Routing } from '../../domain/routing.ts';

/** One environment of one function: what a lock protects. */
export interface Place {
  readonly function: string;
  readonly environment: string;
}

/** Who may change an environment. `fence` rises by one each time the lock changes hands. */
export interface Lock {
  readonly owner: string;
  readonly rollout: string;
  /** Seconds since the epoch; after it anyone may take the lock. */
  readonly leaseUntil: number;
  readonly fence: number;
  /** The release that is rolled out; absent when the lock was taken for something else. */
  readonly release?: string;
  /** ISO 8601: when the lock was taken. */
  readonly since?: string;
}

/** The release that an environment was last promoted to. */
export interface CurrentRelease {
  readonly release: string;
  readonly codeSha256: string;
  readonly lambdaVersion: string;
  readonly rollout: string;
  readonly at: string;
}

export type RolloutStatus = 'running' | 'promoted' | 'rolledBack' | 'rejected' | 'stopped';

/** A rollout as the ledger keeps it; outlives the 90 days of execution history. */
export interface RolloutRecord {
  /** `<execution name>/<environment>`. */
  readonly id: string;
  readonly function: string;
  readonly environment: string;
  readonly alias: string;
  readonly execution: string;
  readonly release: string;
  readonly startedAt: string;
  readonly status: RolloutStatus;
  readonly fence: number;
  /** Routing before the first mutation; null when the alias did not exist. */
  readonly saved: Routing | null;
  readonly stable: string | null;
  readonly stableRelease: string | null;
  /** Code digests of the release and of the stable one, where the ledger knew it. */
  readonly codeSha256?: string;
  readonly stableCodeSha256?: string;
  /** Absent in records that were written before there were rollbacks by hand. */
  readonly kind?: 'release' | 'rollback';
  /** Who asked for a rollback, and why. */
  readonly by?: string;
  readonly why?: string;
  /** Name and version of the release group that it belongs to. */
  readonly group?: string;
  /** Which freeze an emergency passed, and why. */
  readonly passed?: string;
  readonly candidate?: string;
  readonly strategy: string;
  readonly phase?: string;
  /** Candidate's share of the traffic in percent. */
  readonly share?: number;
  readonly verdict?: string;
  readonly reason?: string;
  readonly endedAt?: string;
  /** The head of its evidence when it ended: cutting entries off the end does not go unnoticed. */
  readonly sealed?: Head;
  readonly updatedAt?: string;
  /** What people were told of its end. */
  readonly told?: string;
  /** Task token that a person's decision answers. */
  readonly heldSince?: number;
  /** Who has it paused, why, and since when it stands still (ISO 8601); null when it goes on again. */
  readonly paused?: { readonly by: string; readonly why: string; readonly since: string } | null;
}

/** One entry of a rollout's evidence. */
export interface Evidence {
  readonly state: string;
  readonly tick: number;
  /** Tells several entries of one state and tick apart. */
  readonly key?: string;
  readonly at: string;
  readonly entry: object;
}

/** An entry as it is kept: with its place in the rollout's chain. */
export type ChainedEvidence = Evidence & Link;

/** Figures that one tick saw for the first time, as text (domain/evidence/figure-rows.ts reads it). */
export interface KeptFigures {
  readonly tick: number;
  readonly rows: string;
}
