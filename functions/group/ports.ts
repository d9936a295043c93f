import type { GroupRecord } from './records.ts';

/** Which group, and when it began. */
export type GroupKey = Pick<GroupRecord, 'startedAt' | 'name' | 'version'>;

/** Release groups in the ledger. */
export interface GroupBook {
  /** Claims an uploaded `group.json` for an execution; returns the execution that owns it, maybe another. */
  claim(trigger: string, execution: string): Promise<string>;
  /**
   * Takes the turn of the group's name, unless a group of that name has it that has not ended.
   * @returns whose turn it is: the same group again changes nothing.
   */
  takeTurn(key: GroupKey): Promise<GroupKey>;
  /** Writes the record unless there is one. */
  open(record: GroupRecord): Promise<void>;
  /**
   * Makes an execution the one that works on the group, unless that has ended: from then on no other one can close it, however
   * late a step of it still runs. Safe to repeat.
   * @returns whether it is.
   */
  takeOver(key: GroupKey, execution: string): Promise<boolean>;
  /** Writes the end, if the execution is the one that works on the group; says whether it is. Safe to repeat. */
  close(key: GroupKey, execution: string, end: Partial<GroupRecord>): Promise<boolean>;
  read(key: GroupKey): Promise<GroupRecord | undefined>;
  /** Changes a record; one whose status is not `running` is no longer found by `running`. */
  update(key: GroupKey, changes: Partial<GroupRecord>): Promise<void>;
  /** Groups that have not ended. */
  running(): Promise<readonly GroupRecord[]>;
  /** Groups, newest first. */
  latest(limit: number): Promise<readonly GroupRecord[]>;
}
