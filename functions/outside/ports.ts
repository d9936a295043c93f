import type { AliasChange } from '../../domain/outside-change.ts';
import type { Lock, Place } from '../rollout/records.ts';

/** A change as the ledger keeps it. */
export interface RecordedChange extends AliasChange {
  /** Whether people were told, or needed no telling. */
  readonly told: boolean;
}

/** Changes of aliases that no rollout made. */
export interface AliasChangeBook {
  /** Writes the change down unless it is known; returns what is stored. */
  record(place: Place, change: AliasChange): Promise<RecordedChange>;
  /** Notes that people were told. */
  told(place: Place, change: AliasChange): Promise<void>;
  /** The newest change that is known; CloudTrail delivers minutes late, and not always in order. */
  latest(place: Place): Promise<AliasChange | undefined>;
  /** Notes that CloudTrail has reported a promotion of the pipeline's own that was made at `at` (ISO 8601). */
  sawTrail(at: string): Promise<void>;
  /** The newest such promotion; undefined when none was ever reported. */
  trailSeen(): Promise<string | undefined>;
  /** Who holds the environment's lock, if anybody ever did. */
  lock(place: Place): Promise<Lock | undefined>;
}
