import type { MemberOutcome } from '../../domain/group/outcome.ts';
import type { Left, Undo } from '../../domain/group/undo.ts';
import type { GroupVerdict } from '../../domain/group/verdict.ts';

export type GroupEnd = 'released' | 'rolledBack' | 'rollbackFailed' | 'rejected';
export type GroupStatus = 'running' | GroupEnd;

/** A member as its rollout is started: in the group's order, pinned to the bytes that were there when the group began. */
export interface GroupPart {
  readonly function: string;
  readonly version: string;
  readonly key: string;
  readonly versionId: string;
  /** Name of the execution that releases it. */
  readonly child: string;
  /** Those of its policy, in order, and what each served when the group began; null for nothing. */
  readonly environments: readonly { readonly name: string; readonly from: string | null }[];
}

/** A release group as it travels with its execution. */
export interface Group {
  readonly name: string;
  readonly version: string;
  readonly bucket: string;
  readonly startedAt: string;
  /** Name of the execution that began it: its children are named after it. */
  readonly execution: string;
  readonly bakeSeconds: number;
  readonly onInconclusive: 'release' | 'rollBack';
  readonly members: readonly GroupPart[];
}

/** A group as the ledger keeps it. */
export interface GroupRecord {
  readonly name: string;
  readonly version: string;
  readonly startedAt: string;
  /** ARN of the execution that works on it now. */
  readonly execution: string;
  readonly status: GroupStatus;
  /** Absent when the group was refused before it was understood. */
  readonly group?: Group;
  readonly outcomes?: readonly MemberOutcome[];
  /** The last verdict of the joint bake; absent when there was none. */
  readonly verdict?: GroupVerdict;
  /** Why it ended so; of a released group only when its verdict was inconclusive. */
  readonly reason?: string;
  readonly endedAt?: string;
  /** How often an execution had to be started to take the group back, because the one before it had died. */
  readonly recoveries?: number;
}

/** An environment that is taken back, with the execution that does it. */
export type PlannedUndo = Undo & { readonly child: string };
export type LeftAlone = Left;
