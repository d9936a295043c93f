import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { DRILL_POLICY } from '../../../domain/drill/drill.ts';
import { groupKey, memberKey } from '../../../domain/group/manifest.ts';
import { type Outcome, type Pipeline, type With, zipOf } from '../../support/pipeline.ts';
import { AT_ONCE } from '../../support/policies.ts';
import { first, type Run, traces } from './privilege-runs.ts';

/** Everything at once for each run: what the roles are called depends on what is deployed. */
export const BESIDE: With = { drill: {}, groups: true };

/** Runs that use everything that the roles of the fire drill and of release groups are granted, cheapest first. */
export const OTHER_RUNS: readonly Run[] = [
  {
    name: 'a group that is refused, and one that nobody could take back',
    with: BESIDE,
    play: async (p) => {
      await p.setPolicy([AT_ONCE]);
      await forgotten(p);
      return [met(await released(p, '1.0.0', false)), await swept(p), await traces(p)];
    },
  },
  {
    name: 'a group that is taken back, as nobody can tell how it does',
    with: BESIDE,
    play: async (p) => {
      const begun = await first(p);
      await p.setPolicy([{ ...AT_ONCE, health: { alarms: ['orders-production-errors'] }, onInconclusive: 'promote' }]);
      return [begun, met(await released(p, '1.1.0', true)), await traces(p)];
    },
  },
  {
    name: 'a group that is stopped',
    with: BESIDE,
    play: async (p) => [await first(p), await stoppedGroup(p), await traces(p)],
  },
  {
    name: 'a fire drill that fails and puts the baseline back',
    with: BESIDE,
    play: async (p) => [await failedDrill(p), await traces(p)],
  },
];

const GROUP = 'shop';

/** How often it went round is a matter of timing. */
const met = ({ states, status, error, cause }: Outcome): unknown => [status, error, cause, [...new Set(states)]];

/** Uploads a group of one, with or without its member's code, and follows it to its end. */
async function released(p: Pipeline, version: string, complete: boolean): Promise<Outcome> {
  return p.outcome(await started(p, version, complete));
}

async function started(p: Pipeline, version: string, complete: boolean): Promise<string> {
  const known = new Set(await groups(p));
  const [id, member] = [
    { name: GROUP, version },
    { function: 'orders', version },
  ];
  const code = await zipOf({ 'index.mjs': `export const handler = () => '${version}';` });
  if (complete) await put(p, memberKey(id, member), code);
  const manifest = { members: [member], bakeMinutes: 1, onInconclusive: 'rollBack' };
  await put(p, groupKey(id), JSON.stringify(manifest));
  return p.until(async () => (await groups(p)).find((arn) => !known.has(arn)), 5, 600);
}

async function put(p: Pipeline, Key: string, Body: string | Buffer): Promise<void> {
  const s3 = new S3Client({ ...p.sandbox.clientConfig, forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: p.stack.outputs['ArtifactBucketName'], Key, Body }));
}

async function groups(p: Pipeline): Promise<string[]> {
  const stateMachineArn = p.stack.outputs['GroupMachineArn'];
  const listed = await new SFNClient(p.sandbox.clientConfig).send(new ListExecutionsCommand({ stateMachineArn }));
  return (listed.executions ?? []).map(({ executionArn }) => executionArn ?? '').reverse();
}

const FORGOTTEN = { startedAt: '2025-12-31T00:00:00.000Z', name: 'lost', version: '1.0.0' };

/** A group all of whose executions have died, as often as it may be recovered. */
async function forgotten(p: Pipeline): Promise<void> {
  const ledger = DynamoDBDocumentClient.from(new DynamoDBClient(p.sandbox.clientConfig));
  const { startedAt, name, version } = FORGOTTEN;
  const group = { pk: 'group', sk: `${startedAt}#${name}#${version}` };
  const execution = `${p.stack.outputs['GroupMachineArn']?.replace(':stateMachine:', ':execution:')}:lost`;
  const items = [
    { ...group, ...FORGOTTEN, execution, recoveries: 5, status: 'running' },
    { pk: 'open', sk: `group#${startedAt}#${name}#${version}`, group },
  ];
  for (const Item of items) await ledger.send(new PutCommand({ TableName: p.ledgerTable, Item }));
}

/** What became of that group in the next sweep. */
async function swept(p: Pipeline): Promise<unknown> {
  await p.sandbox.world.clock.sleep(330_000);
  return states(p);
}

async function states(p: Pipeline): Promise<unknown> {
  const found = (await p.items()).filter(({ pk }) => pk === 'group');
  return found.map(({ name, status, recoveries, reason }) => [name, status, recoveries, reason]);
}

/** Stopped while its member's rollout watches the release; what it had started goes back. */
async function stoppedGroup(p: Pipeline): Promise<unknown> {
  await p.setPolicy([{ ...AT_ONCE, finalBakeMinutes: 30 }]);
  const executionArn = await started(p, '1.1.0', true);
  const before = await p.serves();
  await p.until(async () => ((await p.serves()) === before ? undefined : true), 5, 600).catch(() => undefined);
  await new SFNClient(p.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn }));
  await p.sandbox.world.clock.sleep(330_000);
  const [, recovery] = await groups(p);
  return [await states(p), recovery && met(await p.outcome(recovery))];
}

/** The policy sees nothing, so that the bad candidate is promoted: the drill has to put the baseline back by itself. */
async function failedDrill(p: Pipeline): Promise<unknown> {
  const [production] = DRILL_POLICY.environments;
  const blind = { ...production, strategy: { type: 'allAtOnce' }, health: { errors: false, throttles: false } };
  const Name = `/weighbridge/${p.stack.outputs['DrillFunctionName']}`;
  const Value = JSON.stringify({ environments: [blind] });
  await new SSMClient(p.sandbox.clientConfig).send(
    new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }),
  );
  const command = { stateMachineArn: p.stack.outputs['DrillMachineArn'], input: '{"drill":{"by":"ana"}}' };
  const { executionArn = '' } = await new SFNClient(p.sandbox.clientConfig).send(new StartExecutionCommand(command));
  const ended = met(await p.outcome(executionArn));
  const drills = (await p.items()).filter(({ pk }) => pk === 'drill');
  return [ended, drills.map(({ status, reason }) => [status, reason])];
}
