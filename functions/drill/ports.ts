import type { Evidence, RolloutRecord } from '../rollout/records.ts';
import type { DrillRecord } from './records.ts';

/** Drills, and what the ledger tells of the rollouts that they cause. */
export interface DrillBook {
  /** Writes the record unless there is one: a retry leaves the first. */
  begin(record: DrillRecord): Promise<void>;
  /** Adds the result. */
  end(key: Pick<DrillRecord, 'startedAt' | 'execution'>, result: Partial<DrillRecord>): Promise<void>;
  /** The latest drills, newest first. */
  latest(limit: number): Promise<readonly DrillRecord[]>;
  /** All rollouts of one release of a function, oldest first. */
  rolloutsOf(functionName: string, release: string): Promise<readonly RolloutRecord[]>;
  evidence(rollout: string): Promise<readonly Evidence[]>;
  /** The rollout that holds an environment's lock; empty when none does. */
  lockHolder(functionName: string, environment: string): Promise<string>;
}

/** Uploads releases as a person would, to where the upload rule looks. */
export interface ReleaseUploader {
  /** Zips small text files and uploads them as one release; an upload that is there already stays. */
  upload(functionName: string, version: string, files: Readonly<Record<string, string>>): Promise<void>;
}
