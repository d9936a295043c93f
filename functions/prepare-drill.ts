import { DRILL_ENVIRONMENT, DRILL_LIMITS, drillPackage, drillVersions, isBaseline } from '../domain/drill/drill.ts';
import { expected, NotReadyError } from '../domain/errors.ts';
import { describeRouting, promoted, sameRouting } from '../domain/routing.ts';
import { prepareDrillInput, type PrepareDrillInput } from './drill/inputs.ts';
import { drillLock, LONGEST_DRILL } from './drill/lock.ts';
import type { Ports } from './ports.ts';
import type { CurrentRelease } from './rollout/records.ts';
import { defineStep, serve } from './runtime.ts';

/** The release to come back to; null while it is still on its way. */
export interface Prepared {
  readonly baseline: CurrentRelease | null;
}

type Needs = Pick<Ports, 'aliases' | 'ledger' | 'drills' | 'uploads'>;

/**
 * Makes sure that a good release serves the drill function, and releases one through the pipeline when none does. Called
 * again until it does; an upload that is there already stays, so it is safe to repeat.
 * @throws NotReadyError when another drill runs, when somebody moved the alias, or when the baseline does not get there.
 */
export async function prepareDrill(input: PrepareDrillInput, ports: Needs): Promise<Prepared> {
  const { function: name, execution, event } = input;
  const by = event.drill?.by ?? 'schedule';
  const { startedAt } = execution;
  await ports.drills.begin({ startedAt, execution: execution.id, by, status: 'running' });
  await takeTurn(input, ports);
  const current = await ports.ledger.current({ function: name, environment: DRILL_ENVIRONMENT });
  if (current && (await serves(current, input, ports))) return { baseline: current };
  await releaseBaseline(input, ports);
  return { baseline: null };
}

async function takeTurn({ function: name, execution, step }: PrepareDrillInput, { ledger }: Needs): Promise<void> {
  const leaseUntil = Math.ceil((Date.parse(execution.startedAt) + LONGEST_DRILL) / 1000);
  const claim = { owner: execution.id, rollout: execution.name, now: step.now, leaseUntil };
  const { taken, lock } = await ledger.takeLock(drillLock(name), claim);
  if (taken) return;
  throw new NotReadyError(expected('to be the only drill', `drill ${lock.rollout} under way`, 'wait for its end'));
}

/** A baseline that the alias no longer serves was moved by somebody: releasing over it would be refused. */
async function serves(current: CurrentRelease, input: PrepareDrillInput, { aliases }: Needs): Promise<boolean> {
  const alias = await aliases.read(input.function, DRILL_ENVIRONMENT);
  if (alias && sameRouting(alias.routing, promoted(current.lambdaVersion))) return isBaseline(current.release);
  if (alias && Object.keys(alias.routing.weights).length > 0) return false;
  const what = `alias ${DRILL_ENVIRONMENT} of ${input.function} at version ${current.lambdaVersion}, where ${current.release} put it`;
  const came = alias ? describeRouting(alias.routing) : 'no such alias';
  const todo = `put it back, or \`weighbridge adopt --function ${input.function} --environment ${DRILL_ENVIRONMENT}\``;
  throw new NotReadyError(expected(what, came, todo));
}

async function releaseBaseline({ function: name, execution, step }: PrepareDrillInput, ports: Needs): Promise<void> {
  const { baseline } = drillVersions(execution.startedAt);
  const [rollout] = (await ports.drills.rolloutsOf(name, baseline)).slice(-1);
  if (rollout && rollout.status !== 'running' && rollout.status !== 'promoted') {
    const came = `one that was ${rollout.status}: ${rollout.reason ?? 'no reason given'}`;
    throw new NotReadyError(expected(`baseline ${baseline} to be promoted`, came, 'mend that first'));
  }
  if (step.now - Date.parse(execution.startedAt) > DRILL_LIMITS.toEnd * 1000) {
    const todo = 'look at the upload rule and at the rollouts of the drill function';
    throw new NotReadyError(expected(`baseline ${baseline} to serve in half an hour`, 'no end of it', todo));
  }
  if (!rollout) await ports.uploads.upload(name, baseline, drillPackage(baseline));
}

export const step = defineStep({ state: 'PrepareDrill', input: prepareDrillInput, mutates: true, run: prepareDrill });
export const handler = serve(step);
