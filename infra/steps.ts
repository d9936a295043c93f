/**
 * The Lambda functions of the pipeline: one per Task state that runs code of ours, in each machine, and those that run
 * outside the machines. Name = state name = construct id; the handler is `functions/<kebab-case name>.ts`.
 */
export const TASK_STEPS = [
  'LoadRelease',
  'BeginRollout',
  'CheckReadiness',
  'PublishVersion',
  'VerifyCandidate',
  'ShiftTraffic',
  'EvaluateHealth',
  'AwaitDecision',
  'Promote',
  'PruneVersions',
  'CompleteRollout',
  'RollBack',
  'NotifyRollback',
  'RejectRelease',
] as const;

/** Steps of the fire drill's machine. */
export const DRILL_STEPS = [
  'PrepareDrill',
  'StartDrill',
  'DriveTraffic',
  'CheckDrill',
  'RestoreBaseline',
  'RecordDrill',
] as const;

/** Steps of the release groups' machine. */
export const GROUP_STEPS = ['LoadGroup', 'SettleMember', 'JudgeGroup', 'PlanUndo', 'CloseGroup'] as const;

/** Steps that no machine runs: rules call them. */
export const OUTSIDE_STEPS = ['Reconcile', 'RecordAliasChange', 'ReconcileGroups'] as const;

/** The machines: the id of each construct, and the file in `statemachine/` that it is made from. */
export const DEFINITIONS = { Rollout: 'rollout.asl.json', Drill: 'drill.asl.json', Group: 'group.asl.json' } as const;
export type MachineId = keyof typeof DEFINITIONS;

/** Which steps each machine runs. */
export const MACHINE_STEPS = { Rollout: TASK_STEPS, Drill: DRILL_STEPS, Group: GROUP_STEPS } as const satisfies Record<
  MachineId,
  readonly string[]
>;

export type TaskStep = (typeof TASK_STEPS)[number];
export type DrillStep = (typeof DRILL_STEPS)[number];
export type GroupStep = (typeof GROUP_STEPS)[number];
export type Step = TaskStep | DrillStep | GroupStep | (typeof OUTSIDE_STEPS)[number];
export const STEPS: readonly Step[] = [...TASK_STEPS, ...DRILL_STEPS, ...GROUP_STEPS, ...OUTSIDE_STEPS];

/** `ShiftTraffic` → `shift-traffic`: the handler's file name without its ending. */
export function fileNameOf(step: Step): string {
  return step.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}

/** How long a step may run, in seconds, and its memory in MiB (which on Lambda also sets its share of a CPU). */
export interface Sizing {
  readonly timeoutSeconds: number;
  readonly memoryMiB: number;
}

const USUAL: Sizing = { timeoutSeconds: 30, memoryMiB: 256 };

/** Steps that wait for Lambda, invoke the candidate, or read much. Each ends before the state's own time limit. */
const LARGER: Partial<Record<Step, Sizing>> = {
  LoadRelease: { timeoutSeconds: 140, memoryMiB: 1024 },
  PublishVersion: { timeoutSeconds: 140, memoryMiB: 512 },
  VerifyCandidate: { timeoutSeconds: 300, memoryMiB: 512 },
  EvaluateHealth: { timeoutSeconds: 60, memoryMiB: 512 },
  PruneVersions: { timeoutSeconds: 120, memoryMiB: 256 },
  LoadGroup: { timeoutSeconds: 140, memoryMiB: 1024 },
  JudgeGroup: { timeoutSeconds: 60, memoryMiB: 512 },
  DriveTraffic: { timeoutSeconds: 60, memoryMiB: 256 },
  RollBack: { timeoutSeconds: 90, memoryMiB: 256 },
  RejectRelease: { timeoutSeconds: 90, memoryMiB: 256 },
  Reconcile: { timeoutSeconds: 120, memoryMiB: 256 },
};

export function sizingOf(step: Step): Sizing {
  return LARGER[step] ?? USUAL;
}
