import { revertedInWords } from '../domain/journal/change.ts';
import { parseReleaseKey, type Release } from '../domain/release.ts';
import { rejectReleaseInput, type RejectReleaseInput } from './inputs.ts';
import type { Delivery, Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { causeInWords } from './rollout/failure.ts';
import { isOver, OVER } from './rollout/redriven.ts';
import { revertChanges } from './rollout/revert.ts';
import type { RolloutRecord } from './rollout/records.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'ledger' | 'notifier' | 'functions' | 'references' | 'sleep'>;

/** Why the release was refused; `error` and `cause` become the execution's. */
export interface Rejection {
  readonly error: string;
  readonly cause: string;
  readonly deliveries: readonly Delivery[];
}

/** What was refused, as far as it is known; a rollback names its environment itself. */
interface Subject {
  readonly kind: Release['kind'];
  readonly function: string;
  readonly version: string;
  readonly environment?: string;
}

/** Ends a release before any traffic moved: frees the lock, records why, tells people. Safe to repeat. */
export async function rejectRelease(input: RejectReleaseInput, ports: Needs): Promise<{ rejection: Rejection }> {
  const { failure, execution, plan, rollout, notifications } = input;
  const subject: Subject = input.release ?? subjectOf(input.event);
  const environment = plan?.environment ?? subject.environment ?? '-';
  const place = { function: subject.function, environment };
  if (await isOver({ ...place, execution, fence: rollout?.fence }, ports)) return over(input, subject);
  const cause = `${subjectInWords(subject)} was refused${environment === '-' ? '' : ` in ${environment}`}: ${causeInWords(failure)}`;
  const reverted = rollout ? await revertChanges({ step: input.step, rollout }, ports) : [];
  const begun = await record(input, subject, environment, cause, ports);
  if (plan) await ports.ledger.freeLock(place, execution.id);
  if (plan) await ports.ledger.leaveQueue(place, execution.name);
  const parties = { function: subject.function, environment, release: subject.version, candidate: undefined };
  const notice = {
    id: `${begun.id}/rejected`,
    outcome: 'rejected',
    kind: subject.kind,
    ...parties,
    stable: rollout?.stable ?? undefined,
    reason: cause,
    ...revertedInWords(reverted),
    evidence: await ports.ledger.evidenceHead(begun.id),
    execution: execution.id,
  } as const;
  const deliveries = await ports.notifier.tell(notice, notifications);
  await ports.ledger.updateRollout(begun, { told: notice.outcome });
  await ports.ledger.closeRollout(begun);
  return { rejection: { error: failure.error, cause, deliveries } };
}

/** What Reconcile put right is left as it is, and people know of it. */
function over({ failure }: RejectReleaseInput, subject: Subject): { rejection: Rejection } {
  return { rejection: { error: failure.error, cause: `${subjectInWords(subject)}: ${OVER}`, deliveries: [] } };
}

type RolloutKey = Pick<RolloutRecord, 'id' | 'function' | 'environment' | 'startedAt'>;

/**
 * A rollout that was begun is ended, also one that BeginRollout opened before it failed; a release that never got so far
 * still shows in the history.
 */
async function record(
  input: RejectReleaseInput,
  subject: Subject,
  environment: string,
  cause: string,
  { ledger }: Needs,
): Promise<RolloutKey> {
  const { rollout, execution, step } = input;
  const at = new Date(step.now).toISOString();
  const ended = { status: 'rejected', reason: cause, endedAt: at } as const;
  if (rollout) {
    await attest({ step, rollout }, ledger, { failure: input.failure, ended: 'rejected' });
    await ledger.updateRollout(rollout, ended);
    return rollout;
  }
  const record = { ...refused(input, subject, environment), execution: execution.id, ...ended };
  const { event, release, plan, failure } = input;
  await attest({ step, rollout: record }, ledger, { event, release, policy: plan, failure, ended: 'rejected' });
  const stored = await ledger.openRollout(record);
  if (stored.status === 'running') await ledger.updateRollout(stored, ended);
  return stored;
}

function refused(
  { plan, execution }: RejectReleaseInput,
  subject: Subject,
  environment: string,
): Omit<RolloutRecord, 'status' | 'execution'> {
  const nothing = { saved: null, stable: null, stableRelease: null, fence: 0 };
  const place = { function: subject.function, environment, alias: plan?.alias ?? '-', strategy: plan?.strategy ?? '-' };
  const startedAt = new Date(execution.startedAt).toISOString();
  const id = `${execution.name}/${environment}`;
  return { id, kind: subject.kind, release: subject.version, startedAt, ...place, ...nothing };
}

function subjectInWords({ kind, function: name, version }: Subject): string {
  return kind === 'rollback' ? `the rollback of ${name} to ${version}` : `${name} ${version}`;
}

/** The release as far as the event tells, for an event that LoadRelease could make nothing of. */
function subjectOf(event: unknown): Subject {
  const asked = (event as { rollback?: Record<string, unknown> } | null)?.rollback;
  return asked ? askedFor(asked) : uploaded(event);
}

function askedFor(asked: Record<string, unknown>): Subject {
  const text = (value: unknown, otherwise: string) => (typeof value === 'string' ? value : otherwise);
  const environment = text(asked['environment'], '-');
  const version = text(asked['to'], 'the release before');
  return { kind: 'rollback', function: text(asked['function'], '(no function in the input)'), version, environment };
}

function uploaded(event: unknown): Subject {
  const kind = 'release';
  const key = (event as { detail?: { object?: { key?: unknown } } } | null)?.detail?.object?.key;
  const text = typeof key === 'string' ? key : '(no object key in the event)';
  try {
    return { kind, ...parseReleaseKey(text) };
  } catch {
    const [, name, version] = text.split('/');
    return { kind, function: name ?? text, version: version ?? '-' };
  }
}

export const step = defineStep({
  state: 'RejectRelease',
  input: rejectReleaseInput,
  mutates: true,
  run: rejectRelease,
});
export const handler = serve(step);
