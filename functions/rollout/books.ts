import type { Command } from '../../domain/commands.ts';
import type { Waiting } from '../../domain/queue.ts';
import type { Lock, Place } from './records.ts';

/** Releases that wait for their turn. */
export interface QueueBook {
  /** Who holds an environment, or held it last; undefined when it was never locked. */
  lockOf(place: Place): Promise<Lock | undefined>;
  /** All that wait for one environment, or everywhere; those whose lease ran out are among them. */
  waiting(place?: Place): Promise<readonly Waiting[]>;
  /** Writes one's own entry, or renews it; false when it was there and somebody has dismissed it: leave. */
  enqueue(entry: Waiting, renews: boolean): Promise<boolean>;
  /** Marks an entry, so that its execution neither renews it nor takes the lock any more; false when it is gone. */
  dismiss(place: Place, executionName: string): Promise<boolean>;
  /** Removes an entry; absent already is fine. */
  leaveQueue(place: Place, executionName: string): Promise<void>;
}

/** What people ordered of a rollout that is under way. */
export interface CommandBook {
  /** All orders of a rollout, oldest first. */
  commands(rollout: string): Promise<readonly Command[]>;
  /**
   * Writes an order as the one after the `seen` ones; false when another was written meanwhile: read and decide again. So
   * of two people who abort, and of an abort and a completion, one is first.
   */
  order(rollout: string, seen: number, command: Command): Promise<boolean>;
  /** The newest task token of a rollout: answering it wakes one that is held. */
  heldToken(rollout: string): Promise<string | undefined>;
}
