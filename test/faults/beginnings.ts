import { groupKey, memberKey } from '../../domain/group/manifest.ts';
import type { BusEvent } from '../../sandbox/core/world.ts';
import { codeOf, Pipeline, type Saved } from '../support/pipeline.ts';
import { AT_ONCE } from '../support/policies.ts';

/** What is there before a scenario. */
export interface Beginning {
  readonly saved: Saved;
  /** Functions that releases go to. */
  readonly functions: readonly string[];
  /** The release that every environment serves; undefined when there was none yet. */
  readonly served: string | undefined;
  /** Executions that belong to the beginning. */
  readonly executions: ReadonlySet<string>;
  /** The event that brought the release that is served, if an upload to S3 did. */
  readonly older?: BusEvent;
}

/** Members of the group, in the order in which they depend on each other. */
const MEMBERS = ['orders', 'billing'] as const;
const GROUP = 'shop';
const IN_ALL = ['development', 'staging', 'production'].map((name) => ({ ...AT_ONCE, name }));

export type BeginningName = 'nothing' | 'production' | 'twice' | 'environments' | 'group';

const MAKERS: Readonly<Record<BeginningName, () => Promise<Beginning>>> = {
  nothing: () => make([], []),
  production: () => make(['1.0.0'], [AT_ONCE]),
  twice: () => make(['1.0.0', '1.1.0'], [AT_ONCE]),
  environments: () => make(['1.0.0'], IN_ALL),
  group: () => makeGroup('1.0.0'),
};

const made = new Map<BeginningName, Promise<Beginning>>();

/** Made once for each process. */
export function beginning(name: BeginningName): Promise<Beginning> {
  const known = made.get(name) ?? MAKERS[name]();
  made.set(name, known);
  return known;
}

async function make(releases: readonly string[], policy: readonly (typeof AT_ONCE | (typeof IN_ALL)[number])[]) {
  const pipeline = await Pipeline.start();
  if (policy.length > 0) await pipeline.setPolicy(policy);
  let older: BusEvent | undefined;
  for (const release of releases) older = await eventOf(pipeline, (await pipeline.release(release)).arn);
  return saved(pipeline, { functions: ['orders'], served: releases.at(-1), ...(older && { older }) });
}

async function saved(pipeline: Pipeline, rest: Omit<Beginning, 'saved' | 'executions'>): Promise<Beginning> {
  await pipeline.sandbox.world.clock.sleep(60_000);
  const executions = new Set((await executionsOf(pipeline)).map(({ executionArn }) => executionArn));
  const snapshot = pipeline.save();
  await pipeline.close();
  return { saved: snapshot, executions, ...rest };
}

async function eventOf({ sandbox }: Pipeline, executionArn: string): Promise<BusEvent> {
  const account = { kind: 'account' } as const;
  const { input } = await sandbox.world.call<{ input: string }>('SFN', 'DescribeExecution', { executionArn }, account);
  const event = JSON.parse(input) as { source: string; 'detail-type': string; detail: Record<string, unknown> };
  return { source: event.source, detailType: event['detail-type'], detail: event.detail };
}

async function makeGroup(version: string): Promise<Beginning> {
  const pipeline = await Pipeline.start({ with: { groups: true, functions: MEMBERS } });
  await makeBilling(pipeline);
  for (const name of MEMBERS) await pipeline.setPolicy([AT_ONCE], name);
  await uploadGroup(pipeline, version, { bakeMinutes: 0 });
  await pipeline.until(async () => ((await pipeline.alias('production', 'billing')) ? true : undefined));
  await pipeline.until(async () => ((await executionsOf(pipeline, 'RUNNING')).length === 0 ? true : undefined));
  return saved(pipeline, { functions: MEMBERS, served: version });
}

/** The second function of the group, like the first. */
async function makeBilling({ sandbox }: Pipeline): Promise<void> {
  const { world } = sandbox;
  const account = { kind: 'account' } as const;
  const like = { FunctionName: 'orders' };
  const { Configuration } = await world.call<{ Configuration: { Role: string; Runtime: string } }>(
    'Lambda',
    'GetFunction',
    like,
    account,
  );
  const { Role, Runtime } = Configuration;
  const Code = { ZipFile: await codeOf('0.0.0') };
  const made = { FunctionName: 'billing', Role, Runtime, Handler: 'index.handler', Code };
  await world.call('Lambda', 'CreateFunction', made, account);
  await world.clock.sleep(10_000);
}

/** What runs in this process is no part of what is saved. */
export function animate({ sandbox }: Pipeline, { functions }: Beginning): void {
  for (const name of functions) if (name !== 'orders') sandbox.lambda.runInProcess(name, () => ({ statusCode: 200 }));
}

/** Uploads both members under one version, the group's manifest last; `contract` is the last member's `release.json`. */
export async function uploadGroup(
  pipeline: Pipeline,
  version: string,
  { contract, ...manifest }: { bakeMinutes: number; contract?: string | undefined; onInconclusive?: 'rollBack' },
): Promise<void> {
  const id = { name: GROUP, version };
  for (const name of MEMBERS) {
    const key = memberKey(id, { function: name, version });
    if (contract && name === MEMBERS.at(-1))
      await pipeline.uploadObject(key.replace('code.zip', 'release.json'), async () => contract);
    await pipeline.uploadObject(key, () => codeOf(version));
  }
  const members = MEMBERS.map((name, index) => ({ function: name, version, dependsOn: MEMBERS.slice(0, index) }));
  await pipeline.uploadObject(groupKey(id), async () => JSON.stringify({ members, ...manifest }));
}

/** An execution of the machine that rolls out, or of the one that releases groups. */
export interface Execution {
  readonly executionArn: string;
  readonly status: string;
  readonly machine: 'Rollout' | 'Group';
}

/** Executions of both machines, the oldest first. */
export async function executionsOf({ sandbox, stack }: Pipeline, statusFilter?: string): Promise<Execution[]> {
  const machines = { Rollout: stack.outputs['StateMachineArn'], Group: stack.outputs['GroupMachineArn'] };
  const found: (Execution & { startDate: Date })[] = [];
  for (const machine of ['Rollout', 'Group'] as const) {
    const stateMachineArn = machines[machine];
    if (stateMachineArn === undefined) continue;
    const { executions } = await sandbox.world.call<{
      executions: { executionArn: string; status: string; startDate: Date }[];
    }>('SFN', 'ListExecutions', { stateMachineArn, ...(statusFilter && { statusFilter }) }, { kind: 'account' });
    found.push(...executions.toReversed().map((one) => ({ ...one, machine })));
  }
  return found.toSorted((a, b) => a.startDate.getTime() - b.startDate.getTime());
}
