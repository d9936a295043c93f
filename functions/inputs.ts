import { z } from 'zod';
import type { AlarmState } from '../domain/health/figures.ts';
import type { Move } from '../domain/next-move.ts';
import type { Pauses } from '../domain/pause.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import { FUNCTION_NAME, type Release } from '../domain/release.ts';
import type { Routing } from '../domain/routing.ts';
import { InvariantError } from '../domain/errors.ts';

/**
 * What the state machine hands to a step. Values that our own steps made earlier (release, plan, move) are checked for
 * presence and kind here, at the edge, and for nothing else: their shape is the domain's.
 */
export const made = <T extends object>(name: string) =>
  z.custom<T>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    `expected the ${name} that an earlier step made`,
  );

/** An instant: ISO 8601 in, milliseconds since the epoch out. */
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** What every step of every machine is told. */
export const common = {
  step: z.object({ state: z.string(), tick: z.number().int(), now: instant }),
  /** `redriven`: somebody took it up again after it had failed, was stopped or timed out. */
  execution: z.object({ id: z.string(), name: z.string(), startedAt: z.string(), redriven: z.boolean().optional() }),
};

/** The rollout as BeginRollout returned it; it travels with the execution. */
export interface RolloutHandle {
  readonly id: string;
  readonly function: string;
  readonly environment: string;
  readonly startedAt: string;
  readonly fence: number;
  /** Routing before the first mutation; null on a first release. */
  readonly saved: Routing | null;
  readonly stable: string | null;
  readonly stableRelease: string | null;
  /** Which freeze an emergency passed, and why. */
  readonly passed?: string;
  /** Provisioned concurrency of the alias, which follows it; absent when it has none. */
  readonly capacity?: number;
  readonly alarmsAtStart?: readonly { readonly name: string; readonly state: AlarmState }[];
}

/** Where a rollout stands; made by VerifyCandidate, ShiftTraffic, Promote and EvaluateHealth in turn. */
export interface Progress {
  readonly phase: 'steps' | 'final';
  /** Index into the plan's steps, -1 before the first. */
  readonly step: number;
  readonly percent: number;
  /** When this share or phase began, in ms. */
  readonly enteredAt: number;
  /** Times at which the candidate's share rose, in ms. */
  readonly raisedAt: readonly number[];
  /** Since when a person is asked, in ms. */
  readonly heldSince: number | null;
  /** The times for which it was paused; absent when it never was. */
  readonly pauses?: Pauses;
  /** How long to bake before the next evaluation, in seconds. */
  readonly waitSeconds: number;
  /** The routing that we wrote last; anything else on the alias is somebody's change. */
  readonly routing: Routing | null;
}

export interface Candidate {
  readonly version: string;
  readonly codeSha256: string;
}

export interface Failure {
  readonly state: string;
  readonly error: string;
  readonly cause: string;
}

const release = made<Release>('release');
const plan = made<RolloutPlan>('plan');
const rollout = made<RolloutHandle>('rollout');
const candidate = made<Candidate>('candidate');
const progress = made<Progress>('progress');
const move = made<Move>('move');
export const failure = z.object({ state: z.string(), error: z.string(), cause: z.string() });
const notifications = z
  .object({ snsTopicArn: z.string().optional(), slackWebhookSecret: z.string().optional() })
  .transform(
    (channels) => JSON.parse(JSON.stringify(channels)) as { snsTopicArn?: string; slackWebhookSecret?: string },
  )
  .nullish()
  .transform((channels) => channels ?? null);

/** The part of an S3 "Object Created" event that is used; EventBridge adds more. */
export const objectCreated = z.object({
  time: z.string().optional(),
  detail: z.object({
    bucket: z.object({ name: z.string() }),
    object: z.object({ key: z.string(), 'version-id': z.string().optional(), sequencer: z.string().optional() }),
  }),
});

/** What starts a rollback that somebody asks for: `weighbridge rollback`, or whoever may start the state machine. */
const rollbackAsked = z.object({
  rollback: z.object({
    function: z.string().regex(FUNCTION_NAME),
    environment: z.string().min(1).max(64),
    /** Semantic version; the release that was served before, when absent. */
    to: z.string().min(1).max(64).optional(),
    /** What has to be in place; whatever is there is gone back from, when absent. */
    from: z.string().min(1).max(64).optional(),
    by: z.string().min(1).max(2048),
    why: z.string().min(1).max(2048),
    /** Names this wish: the same wish twice is one rollback. */
    request: z.string().regex(/^[a-zA-Z0-9_-]{1,80}$/),
    /** Name and version of the release group that goes back. */
    group: z.string().min(1).max(200).optional(),
    /** Goes on although somebody moved the alias by hand. */
    force: z.boolean().default(false),
  }),
});

export const loadReleaseInput = z.object({ ...common, event: z.union([rollbackAsked, objectCreated]) });
/** `event` is the execution's own input: it becomes evidence. */
export const beginRolloutInput = z.object({ ...common, release, plan, event: z.unknown().optional() });
export const checkReadinessInput = z.object({ ...common, release, plan, rollout });
export const publishVersionInput = checkReadinessInput;
export const verifyCandidateInput = z.object({ ...common, release, plan, rollout, candidate });
export const shiftTrafficInput = z.object({ ...common, release, plan, rollout, candidate, move, progress });
export const evaluateHealthInput = z.object({ ...common, release, plan, rollout, candidate, progress });
export const awaitDecisionInput = shiftTrafficInput.extend({ token: z.string(), notifications });
export const pruneVersionsInput = verifyCandidateInput;
export const completeRolloutInput = verifyCandidateInput.extend({ pruned: z.unknown(), notifications });
export const rollBackInput = z.object({ ...common, release, plan, rollout, candidate: candidate.nullable(), failure });
export const notifyRollbackInput = rollBackInput.extend({
  rollback: z.looseObject({
    outcome: z.string(),
    error: z.string(),
    cause: z.string(),
    reverted: z.array(z.string()).optional(),
    notReverted: z.array(z.string()).optional(),
  }),
  notifications,
});
export const rejectReleaseInput = z.object({
  ...common,
  release: release.nullable(),
  plan: plan.nullable(),
  rollout: rollout.nullable(),
  failure,
  notifications,
  event: z.unknown(),
});
/** "Step Functions Execution Status Change", or a scheduled sweep. */
export const reconcileInput = z.object({
  time: z.string().optional(),
  detail: z.object({ executionArn: z.string().optional(), status: z.string().optional() }).optional(),
});

export type LoadReleaseInput = z.output<typeof loadReleaseInput>;
export type ObjectCreated = z.output<typeof objectCreated>['detail'];
export type RollbackAsked = z.output<typeof rollbackAsked>['rollback'];
export type BeginRolloutInput = z.output<typeof beginRolloutInput>;
export type CheckReadinessInput = z.output<typeof checkReadinessInput>;
export type PublishVersionInput = z.output<typeof publishVersionInput>;
export type VerifyCandidateInput = z.output<typeof verifyCandidateInput>;
export type ShiftTrafficInput = z.output<typeof shiftTrafficInput>;
export type EvaluateHealthInput = z.output<typeof evaluateHealthInput>;
export type AwaitDecisionInput = z.output<typeof awaitDecisionInput>;
export type PruneVersionsInput = z.output<typeof pruneVersionsInput>;
export type CompleteRolloutInput = z.output<typeof completeRolloutInput>;
export type RollBackInput = z.output<typeof rollBackInput>;
export type NotifyRollbackInput = z.output<typeof notifyRollbackInput>;
export type RejectReleaseInput = z.output<typeof rejectReleaseInput>;
export type ReconcileInput = z.output<typeof reconcileInput>;

/** Parses a step's input once. @throws InvariantError naming every field that is not as expected. */
export function parseInput<T>(schema: z.ZodType<T>, state: string, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues
    .map((issue) => `${issue.path.join('.') || 'input'}: ${issue.message}`)
    .join('; ');
  throw new InvariantError(`expected the input that the state machine hands to ${state}, got one with ${problems}`);
}
