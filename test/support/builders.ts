import type { ReturningRelease, Rollback, UploadedRelease } from '../../domain/release.ts';
import { planRollout, type RolloutPlan } from '../../domain/plan.ts';
import type { Waiting } from '../../domain/queue.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import type { Candidate, Failure, Progress, RolloutHandle } from '../../functions/inputs.ts';

/** The instant at which tests begin. */
export const NOW = Date.UTC(2026, 0, 1, 12, 0, 0);
export const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:Rollout:run-1';

export function aRelease(changes: Partial<UploadedRelease> = {}): UploadedRelease {
  return {
    kind: 'release',
    function: 'orders',
    version: '1.1.0',
    bucket: 'artifacts',
    key: 'releases/orders/1.1.0/code.zip',
    versionId: 'v1',
    codeSha256: 'sha-1.1.0',
    size: 1000,
    etag: '"e"',
    uploadedAt: '2026-01-01T11:59:00.000Z',
    contract: [],
    ...changes,
  };
}

/** The wish to go back from 1.1.0 to 1.0.0, which version 1 served. */
export function aReturn(changes: Partial<Rollback> = {}): ReturningRelease {
  const rollback = { request: 'req-1', by: 'ana', why: 'orders fail', force: false, from: '1.1.0', lambdaVersion: '1' };
  return {
    kind: 'rollback',
    function: 'orders',
    version: '1.0.0',
    codeSha256: 'sha-1.0.0',
    contract: [],
    rollback: { ...rollback, ...changes },
  };
}

/** Another release that has waited for its turn since the beginning. */
export function aWaiter(changes: Partial<Waiting> = {}): Waiting {
  const place = { function: 'orders', environment: 'production', alias: 'production', strategy: 'canary' };
  const own = { execution: 'arn:aws:states:us-east-1:123456789012:execution:Rollout:other', name: 'other' };
  const lease = { since: new Date(NOW).toISOString(), leaseUntil: NOW / 1000 + 330 };
  return { ...place, ...own, ...lease, release: '1.0.5', mode: 'inOrder', behind: 'a rollout', ...changes };
}

export function aPlan(changes: Partial<EnvironmentPolicy> = {}): RolloutPlan {
  const strategy = { type: 'canary', percent: 10, minutes: 5 } as const;
  return planRollout({ name: 'production', strategy, finalBakeMinutes: 5, ...changes });
}

export function aRollout(changes: Partial<RolloutHandle> = {}): RolloutHandle {
  return {
    id: 'run-1/production',
    function: 'orders',
    environment: 'production',
    startedAt: new Date(NOW).toISOString(),
    fence: 1,
    saved: { version: '1', weights: {} },
    stable: '1',
    stableRelease: '1.0.0',
    alarmsAtStart: [],
    ...changes,
  };
}

export function aCandidate(changes: Partial<Candidate> = {}): Candidate {
  return { version: '2', codeSha256: 'sha-1.1.0', ...changes };
}

export function aProgress(changes: Partial<Progress> = {}): Progress {
  return {
    phase: 'steps',
    step: -1,
    percent: 0,
    enteredAt: NOW,
    raisedAt: [],
    heldSince: null,
    waitSeconds: 0,
    routing: { version: '1', weights: {} },
    ...changes,
  };
}

export function aFailure(changes: Partial<Failure> = {}): Failure {
  return { state: 'NextMove', error: 'Unhealthy', cause: 'candidate 9 of 100 failed', ...changes };
}

/** What every step is handed first. */
export function common(state: string, changes: { tick?: number; now?: number; id?: string } = {}) {
  const id = changes.id ?? EXECUTION;
  const name = id.slice(id.lastIndexOf(':') + 1);
  return {
    step: { state, tick: changes.tick ?? 0, now: changes.now ?? NOW },
    execution: { id, name, startedAt: new Date(NOW).toISOString() },
  };
}
