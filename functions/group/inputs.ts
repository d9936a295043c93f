import { z } from 'zod';
import { common, failure, made, objectCreated } from '../inputs.ts';
import type { GroupVerdict } from '../../domain/group/verdict.ts';
import type { Group, LeftAlone, PlannedUndo } from './records.ts';

const group = made<Group>('group');
/** ARN of the rollout machine's executions, without the name. */
const rollouts = z.string();
const list = <T>() => z.array(z.custom<T>((value) => typeof value === 'object' && value !== null));

/** A group that was uploaded, or one whose execution died and that has to be taken back. */
export const loadGroupInput = z.object({
  ...common,
  event: z.union([
    z.object({ recover: z.object({ startedAt: z.string(), name: z.string(), version: z.string() }) }),
    objectCreated,
  ]),
});
export const settleMemberInput = z.object({
  ...common,
  rollouts,
  group,
  index: z.number().int(),
  failure: failure.nullable(),
});
export const judgeGroupInput = z.object({ ...common, rollouts, group, since: z.iso.datetime({ offset: true }) });
export const planUndoInput = z.object({ ...common, rollouts, group });
export const closeGroupInput = z.object({
  ...common,
  rollouts,
  group: group.nullable(),
  event: z.unknown(),
  /** Members whose rollouts were started. */
  started: z.number().int(),
  undo: list<PlannedUndo>(),
  left: list<LeftAlone>(),
  /** What the joint bake found last; null when there was none. */
  verdict: made<GroupVerdict>('verdict').nullable(),
  /** Why the group goes back or is refused; null when it is released. */
  failure: failure.nullable(),
});
/** "Step Functions Execution Status Change" of a group, or a scheduled sweep. */
export const reconcileGroupsInput = z.object({ time: z.string().optional() });

export type LoadGroupInput = z.output<typeof loadGroupInput>;
export type SettleMemberInput = z.output<typeof settleMemberInput>;
export type JudgeGroupInput = z.output<typeof judgeGroupInput>;
export type PlanUndoInput = z.output<typeof planUndoInput>;
export type CloseGroupInput = z.output<typeof closeGroupInput>;
export type ReconcileGroupsInput = z.output<typeof reconcileGroupsInput>;
