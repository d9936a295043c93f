/**
 * The Lambda functions of the pipeline: one per Task state that runs code of ours, and `Reconcile`, which runs outside
 * the machine. Name = state name = construct id; the handler is `functions/<kebab-case name>.ts`.
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

export type TaskStep = (typeof TASK_STEPS)[number];
export type Step = TaskStep | 'Reconcile';
export const STEPS: readonly Step[] = [...TASK_STEPS, 'Reconcile'];

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
  Reconcile: { timeoutSeconds: 120, memoryMiB: 256 },
};

export function sizingOf(step: Step): Sizing {
  return LARGER[step] ?? USUAL;
}
