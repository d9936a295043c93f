import { expected, NotReadyError } from '../../domain/errors.ts';
import { planRollback, type RolloutPlan } from '../../domain/plan.ts';
import type { Policy } from '../../domain/policy.ts';
import { type ReturningRelease, strictVersion } from '../../domain/release.ts';
import { chooseTarget, type PastRollout, type Served, servedReleases } from '../../domain/rollback-target.ts';
import type { RollbackAsked } from '../inputs.ts';
import type { Ports } from '../ports.ts';
import type { Place, RolloutRecord } from './records.ts';

/** Where a rollback goes, and how. */
export interface LoadedRollback {
  readonly release: ReturningRelease;
  readonly plans: readonly RolloutPlan[];
}

type Needs = Pick<Ports, 'functions' | 'ledger'>;

/** How many releases are looked at to tell which could be gone back to. */
const MOST_ALTERNATIVES = 10;

/**
 * Turns the wish to go back into a release that the environment has served before. Reads only; safe to repeat.
 * @throws InvalidReleaseError when the policy has no such environment: reject.
 * @throws NotReadyError when there is nothing to go back to, something else is in place than `from`, or the version that
 * served it was deleted: reject.
 */
export async function loadRollback(asked: RollbackAsked, policy: Policy, ports: Needs): Promise<LoadedRollback> {
  const plan = planRollback(policy, asked.environment);
  if (asked.to !== undefined) strictVersion(asked.to);
  const current = await ports.ledger.current(asked);
  const past = promotedIn(asked.environment, await ports.ledger.pastRollouts(asked.function));
  const choice = chooseTarget({ environment: asked.environment, to: asked.to, expected: asked.from, current, past });
  const { release: version, lambdaVersion } = choice.target;
  const codeSha256 = await digestOf(asked, choice.target, ports);
  if (choice.kind === 'back') await refuseDeleted(asked, choice.target, servedReleases({ past, current }), ports);
  const { request, by, why, force, group } = asked;
  const named = asked.to !== undefined;
  const whose = group === undefined ? {} : { group };
  const rollback = { request, by, why, force, from: choice.from, lambdaVersion, named, ...whose };
  return {
    release: { kind: 'rollback', function: asked.function, version, codeSha256, contract: [], rollback },
    plans: [plan],
  };
}

/** The environment's rollouts that were carried through, as the choice of a target needs them. */
export function promotedIn(environment: string, rollouts: readonly RolloutRecord[]): PastRollout[] {
  return rollouts.filter((one) => one.environment === environment && one.status === 'promoted');
}

async function digestOf(asked: RollbackAsked, { release, codeSha256 }: Served, { ledger }: Needs): Promise<string> {
  const digest = (await ledger.publishedDigest(asked.function, release)) ?? codeSha256;
  if (digest !== undefined) return digest;
  const what = `the code digest of ${asked.function} ${release} in the ledger`;
  throw new NotReadyError(expected(what, undefined, 'nobody can tell whether its version is what it was: release it'));
}

/**
 * Looks whether the version that served the target is still there.
 * @throws NotReadyError naming what else could be gone back to: reject.
 */
export async function refuseDeleted(
  { function: name, environment }: Place,
  target: Served,
  served: readonly Served[],
  { functions }: Pick<Ports, 'functions'>,
): Promise<void> {
  const exists = async ({ lambdaVersion }: Served) => (await functions.describe(name, lambdaVersion)) !== undefined;
  if (await exists(target)) return;
  const others = served.filter(({ release }) => release !== target.release).slice(0, MOST_ALTERNATIVES);
  const there = await Promise.all(others.map(async (one) => ((await exists(one)) ? [one.release] : [])));
  const left = there.flat().join(', ');
  const what = `version ${target.lambdaVersion}, which served ${target.release} in ${environment}`;
  const todo = left === '' ? 'release a corrected version instead' : `of what it has served there are still ${left}`;
  throw new NotReadyError(expected(what, 'a version that was deleted', todo));
}
