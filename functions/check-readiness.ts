import { expected, InvalidReleaseError, NotReadyError, TransientAwsError } from '../domain/errors.ts';
import {
  capacityFollows,
  type Finding,
  missingAlarms,
  roleDiffers,
  secretsInEnvironment,
  sourcesToMove,
  triggersBypassingAlias,
} from '../domain/readiness.ts';
import type { ReturningRelease } from '../domain/release.ts';
import { describeRouting } from '../domain/routing.ts';
import { checkReadinessInput, type CheckReadinessInput } from './inputs.ts';
import type { AlarmNow, FunctionFacts, Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { aliasBeforeRollback } from './rollout/rollback-target.ts';
import { whoMoved } from './rollout/who-moved.ts';
import { defineStep, serve } from './runtime.ts';

/** What was looked at, and the alarms' states before any traffic moved: a baseline that was already on fire stays visible. */
export interface Readiness {
  readonly alarmsAtStart: readonly AlarmNow[];
  readonly findings: readonly Finding[];
  /** Provisioned concurrency of the alias; absent when it has none. */
  readonly capacity?: number;
}

type Needs = Pick<Ports, 'aliases' | 'functions' | 'references' | 'health' | 'secrets' | 'ledger' | 'changes'>;

/**
 * Refuses what can be known to be wrong before anything changes. Reads only, but for its evidence. One that is redriven first
 * asks whether the rollout still is its own.
 * @throws ConcurrentChangeError when it is not: reject.
 * @throws NotReadyError naming everything that is not in order: reject.
 * @throws TransientAwsError while Lambda is still busy with an earlier update: retry.
 */
export async function checkReadiness(input: CheckReadinessInput, ports: Needs): Promise<Readiness> {
  const { release, execution } = input;
  if (execution.redriven) await keepLock(input, ports.ledger);
  const readiness =
    release.kind === 'rollback' ? await beforeRollback(release, input, ports) : await beforeRelease(input, ports);
  await attest(input, ports.ledger, readiness);
  const refusals = readiness.findings.filter(({ severity }) => severity === 'refuse');
  if (refusals.length > 0) throw new NotReadyError(refusals.map(({ message }) => message).join('; '));
  return readiness;
}

/** The target has served before and $LATEST is not touched: all that matters is whether somebody else moved the alias. */
async function beforeRollback(
  release: ReturningRelease,
  { plan, rollout }: CheckReadinessInput,
  { ledger }: Needs,
): Promise<Readiness> {
  const current = await ledger.current(rollout);
  const findings = aliasBeforeRollback(release, plan.alias, { saved: rollout.saved, current });
  return { alarmsAtStart: [], findings };
}

async function beforeRelease(input: CheckReadinessInput, ports: Needs): Promise<Readiness> {
  const latest = await settledFunction(input, ports);
  const alarms = await ports.health.alarms(input.plan.health.alarms);
  const capacity = await capacityOf(input, ports);
  const found = alarms.filter(({ state }) => state !== 'MISSING').map(({ name }) => name);
  const findings = [
    ...(await aliasFindings(input, ports)),
    ...secretsInEnvironment({ ...latest.variables, ...input.plan.configuration?.variables }),
    ...(await triggerFindings(input, ports)),
    ...(await versionFindings(input, latest, capacity !== undefined, ports)),
    ...missingAlarms(input.plan.health.alarms, found),
    ...(await metricFindings(input, ports)),
    ...(await secretFindings(input, ports)),
  ];
  return { alarmsAtStart: alarms, findings, ...(capacity !== undefined && { capacity }) };
}

/** What an alias that is not there yet asks for is nothing. */
async function capacityOf({ release, plan, rollout }: CheckReadinessInput, ports: Needs): Promise<number | undefined> {
  return rollout.stable ? ports.references.provisionedConcurrency(release.function, plan.alias) : undefined;
}

/** What names the bare function would meet new code at once; event sources among it are moved, if the policy wants that. */
async function triggerFindings({ release, plan }: CheckReadinessInput, ports: Needs): Promise<Finding[]> {
  const all = await ports.references.triggers(release.function);
  const alias = plan.moveEventSourcesTo;
  if (alias === undefined) return triggersBypassingAlias(all, plan.alias);
  const bare = all.filter(({ mapping, qualifier }) => mapping && (qualifier === undefined || qualifier === '$LATEST'));
  if (bare.length === 0) return triggersBypassingAlias(all, plan.alias);
  const exists = (await ports.aliases.read(release.function, alias)) !== undefined;
  const others = all.filter((one) => !bare.includes(one));
  const uuids = bare.flatMap(({ mapping }) => mapping ?? []);
  return [...sourcesToMove(uuids, alias, exists), ...triggersBypassingAlias(others, plan.alias)];
}

async function settledFunction({ release }: CheckReadinessInput, { functions }: Needs): Promise<FunctionFacts> {
  const latest = await functions.describe(release.function);
  if (!latest)
    throw new InvalidReleaseError(expected(`function ${release.function}`, 'none of that name', 'create it first'));
  if (latest.state !== 'Pending' && latest.lastUpdateStatus !== 'InProgress') return latest;
  const came = `state ${latest.state}, last update ${latest.lastUpdateStatus}`;
  throw new TransientAwsError(
    expected(`${release.function} to be at rest`, came, 'wait until the update has finished'),
  );
}

async function aliasFindings({ release, plan, rollout }: CheckReadinessInput, ports: Needs): Promise<Finding[]> {
  const { saved, environment } = rollout;
  if (!saved) return [];
  const findings: Finding[] = [];
  if (Object.keys(saved.weights).length > 0) {
    const what = `alias ${plan.alias} to point at one version`;
    findings.push(refusal('alias', expected(what, describeRouting(saved), 'finish or undo that shift first')));
  }
  const current = await ports.ledger.current({ function: release.function, environment });
  if (current && current.lambdaVersion !== saved.version) {
    const what = `alias ${plan.alias} at version ${current.lambdaVersion}, where ${current.release} put it`;
    const options = `--function ${release.function} --environment ${environment}`;
    const todo = `somebody moved it: move it back with \`weighbridge restore ${options}\`, or accept it with \`weighbridge adopt ${options}\``;
    findings.push(
      refusal('alias', expected(what, `version ${saved.version}${await whoMoved(rollout, current.at, ports)}`, todo)),
    );
  }
  return findings;
}

/** What a split between two versions requires: the same role and dead-letter target, and no provisioned concurrency. */
async function versionFindings(
  input: CheckReadinessInput,
  latest: FunctionFacts,
  provisioned: boolean,
  ports: Needs,
): Promise<Finding[]> {
  const { release, plan, rollout } = input;
  const splits = plan.steps.length > 0 || plan.budget !== undefined;
  if (!rollout.stable) return [];
  if (!splits) return provisioned ? [capacityFollows(plan.alias)] : [];
  const stable = await ports.functions.describe(release.function, rollout.stable);
  const findings = stable ? roleDiffers(latest, stable) : [];
  if (provisioned) {
    const todo = 'use allAtOnce or blueGreen, or take the provisioned concurrency off the alias';
    findings.push(
      refusal(
        'provisioned concurrency',
        expected(
          `alias ${plan.alias} without it, since Lambda cannot split such an alias`,
          'an alias that has it',
          todo,
        ),
      ),
    );
  }
  return findings;
}

/** The policy's own metrics are asked for once, of the stable version: what CloudWatch cannot compute is known right away. */
async function metricFindings({ release, plan, rollout, step }: CheckReadinessInput, ports: Needs): Promise<Finding[]> {
  const version = rollout.stable ?? '1';
  const range = { functionName: release.function, alias: plan.alias, from: step.now - 600_000, to: step.now };
  const asked = plan.health.custom.map(async (rule) => {
    try {
      await ports.health.custom({ ...range, rules: [rule], candidate: version, stable: null });
      return [];
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'InvalidReleaseError') return [refusal('metric', cause.message)];
      throw cause;
    }
  });
  return (await Promise.all(asked)).flat();
}

async function secretFindings({ plan }: CheckReadinessInput, { secrets }: Needs): Promise<Finding[]> {
  const references = Object.entries(plan.configuration?.secrets ?? {});
  const found = await Promise.all(
    references.map(async ([name, reference]) => ({ name, reference, there: await secrets.exists(reference) })),
  );
  return found
    .filter(({ there }) => !there)
    .map(({ name, reference }) =>
      refusal(
        'secret',
        expected(`secret ${reference} for ${name}`, 'no such secret', 'create it or correct the policy'),
      ),
    );
}

function refusal(check: string, message: string): Finding {
  return { check, severity: 'refuse', message };
}

export const step = defineStep({
  state: 'CheckReadiness',
  input: checkReadinessInput,
  mutates: false,
  run: checkReadiness,
});
export const handler = serve(step);
