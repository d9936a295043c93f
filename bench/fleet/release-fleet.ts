import {
  CreateAliasCommand,
  CreateFunctionCommand,
  GetAliasCommand,
  LambdaClient,
  PublishVersionCommand,
} from '@aws-sdk/client-lambda';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type ExecutionListItem, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { ZipFile } from 'yazl';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { RATE_LIMITS } from '../../sandbox/rate-limits/limits.ts';
import type { Sandbox } from '../../sandbox/sandbox.ts';
import { type ReleaseWorld, releaseWorld } from './release-world.ts';

/** How many functions are released at the same moment, and how. */
export interface Fleet {
  readonly size: number;
  readonly policy: EnvironmentPolicy;
  /** When all candidates turn out bad at the same moment, in seconds after the uploads; never when absent. */
  readonly badAfterSeconds?: number;
  readonly seed?: number;
}

/** What became of a fleet. Times in seconds of the sandbox's clock. */
export interface FleetResult {
  readonly size: number;
  /** Executions by their status. */
  readonly ended: Readonly<Record<string, number>>;
  /** Aliases that serve the new version alone, and the old one alone. */
  readonly promoted: number;
  readonly restored: number;
  /** The longest time from the first attempt of RollBack to the alias restored; undefined without any. */
  readonly slowestRestore: number | undefined;
  /** From the uploads to the end of the last rollout. */
  readonly seconds: number;
  /** Control-plane calls of Lambda that share the limit: let in, and refused. */
  readonly letIn: number;
  readonly refused: number;
  /** Attempts of Task states that failed, by state and error: the state machine repeats those that were throttled. */
  readonly failedTasks: Readonly<Record<string, number>>;
}

/** Releases a new version of many functions at once, with the account's rate limits enforced. */
export async function releaseFleet({ size, policy, badAfterSeconds, seed = 7 }: Fleet): Promise<FleetResult> {
  const world = await releaseWorld(['fleet-*'], seed);
  try {
    const names = Array.from({ length: size }, (_, i) => `fleet-${String(i).padStart(4, '0')}`);
    await prepare(world, names, policy);
    const bad = badAfterSeconds === undefined ? undefined : await badNews(world, badAfterSeconds);
    return await play(world, names, bad);
  } finally {
    await world.close();
  }
}

/** Makes functions with a version 1, an alias at it and a policy. */
export async function prepare(
  { sandbox }: ReleaseWorld,
  names: readonly string[],
  policy: EnvironmentPolicy,
): Promise<void> {
  const lambda = new LambdaClient(sandbox.clientConfig);
  const ssm = new SSMClient(sandbox.clientConfig);
  const Role = await executionRole(sandbox, names[0] ?? 'fleet');
  const code = { ZipFile: await zip('0.0.0') };
  for (const FunctionName of names) {
    sandbox.lambda.runInProcess(FunctionName, () => ({ statusCode: 200 }));
    await lambda.send(
      new CreateFunctionCommand({ FunctionName, Role, Code: code, Runtime: 'nodejs22.x', Handler: 'index.handler' }),
    );
    const Value = JSON.stringify({ environments: [policy] });
    await ssm.send(new PutParameterCommand({ Name: `/weighbridge/${FunctionName}`, Value, Type: 'String' }));
  }
  await sandbox.world.clock.sleep(5_000);
  for (const FunctionName of names) {
    await lambda.send(new PublishVersionCommand({ FunctionName }));
    await lambda.send(
      new CreateAliasCommand({ FunctionName, Name: policy.alias ?? policy.name, FunctionVersion: '1' }),
    );
  }
}

async function executionRole({ clientConfig }: Sandbox, RoleName: string): Promise<string> {
  const Statement = [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }];
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const { Role } = await new IAMClient(clientConfig).send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }),
  );
  return Role?.Arn ?? '';
}

/** An alarm that all policies name; the function makes it go off after that many seconds, for good. */
export async function badNews({ sandbox }: ReleaseWorld, afterSeconds: number): Promise<() => void> {
  const cloudWatch = new CloudWatchClient(sandbox.clientConfig);
  const metric = { Namespace: 'Fleet', MetricName: 'Failures', Statistic: 'Sum', Period: 60 } as const;
  const rule = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' } as const;
  await cloudWatch.send(
    new PutMetricAlarmCommand({ AlarmName: BAD_NEWS, ...metric, ...rule, TreatMissingData: 'ignore' }),
  );
  const set = (StateValue: 'OK' | 'ALARM') =>
    cloudWatch.send(new SetAlarmStateCommand({ AlarmName: BAD_NEWS, StateValue, StateReason: 'the bench says so' }));
  await set('OK');
  return () => void sandbox.world.clock.setTimer(afterSeconds * 1000, () => void set('ALARM'));
}

async function play(
  world: ReleaseWorld,
  names: readonly string[],
  begin: () => void = () => undefined,
): Promise<FleetResult> {
  const { sandbox, outputs } = world;
  let letIn = 0;
  const written = new Map<string, number>();
  const stop = sandbox.world.observe(({ service, operation, error, input, at }) => {
    if (operation === 'UpdateAlias' && !error) written.set((input as { FunctionName: string }).FunctionName, at);
    if (service === CONTROL_PLANE.service && CONTROL_PLANE.counts(operation) && error !== THROTTLED) letIn++;
  });
  sandbox.rateLimits.enforce(true);
  const began = await upload(world, names);
  begin();
  const ended = await allEnded(sandbox, outputs['StateMachineArn'] ?? '', names.length);
  stop();
  sandbox.rateLimits.enforce(false);
  const last = Math.max(...ended.map(({ stopDate }) => stopDate?.getTime() ?? Number.NaN));
  return {
    size: names.length,
    ended: tally(ended.map(({ status }) => status ?? '?')),
    promoted: await serving(sandbox, names, '2'),
    restored: await serving(sandbox, names, '1'),
    slowestRestore: slowestRestore(world, written),
    seconds: Math.round((last - began) / 1000),
    letIn,
    refused: sandbox.rateLimits.refused()[CONTROL_PLANE.name] ?? 0,
    failedTasks: tally(world.invocations.flatMap(({ state, error }) => (error ? [`${state} ${error}`] : []))),
  };
}

/** Uploads all at one instant of the sandbox's clock, and returns it. */
export async function upload({ sandbox, outputs }: ReleaseWorld, names: readonly string[]): Promise<number> {
  const s3 = new S3Client({ ...sandbox.clientConfig, forcePathStyle: true });
  const Body = await zip('1.0.0');
  return sandbox.world.clock.held('request', async () => {
    for (const name of names) {
      const Key = `releases/${name}/1.0.0/code.zip`;
      await s3.send(new PutObjectCommand({ Bucket: outputs['ArtifactBucketName'], Key, Body }));
    }
    return sandbox.world.clock.now();
  });
}

/** Name of the alarm for policies whose candidates are to turn out bad. */
export const BAD_NEWS = 'fleet-bad-news';

const THROTTLED = 'TooManyRequestsException';
const [CONTROL_PLANE] = RATE_LIMITS as readonly [(typeof RATE_LIMITS)[number]];

/** In ms: whatever has not ended by then hangs. */
const PATIENCE = 24 * 3_600_000;

/** Waits until that many executions of a machine have ended. @throws Error after a day of the sandbox's time. */
export async function allEnded(
  { world, clientConfig }: Sandbox,
  stateMachineArn: string,
  size: number,
): Promise<ExecutionListItem[]> {
  const client = new SFNClient(clientConfig);
  const until = world.clock.now() + PATIENCE;
  for (;;) {
    await world.clock.sleep(30_000);
    const found: ExecutionListItem[] = [];
    for await (const page of paginateListExecutions({ client }, { stateMachineArn, maxResults: 1000 }))
      found.push(...(page.executions ?? []));
    if (found.length >= size && found.every(({ status }) => status !== 'RUNNING')) return found;
    if (world.clock.now() > until)
      throw new Error(
        `expected ${size} executions to end within a day, got ${JSON.stringify(tally(found.map(({ status }) => status ?? '?')))}`,
      );
  }
}

/** Seconds; `written` says when each alias was written last. */
function slowestRestore({ invocations }: ReleaseWorld, written: ReadonlyMap<string, number>): number | undefined {
  const first = new Map<string, number>();
  for (const { state, functionName = '', began } of invocations)
    if (state === 'RollBack' && !first.has(functionName)) first.set(functionName, began);
  if (first.size === 0) return undefined;
  const took = [...first].map(([name, began]) => (written.get(name) ?? Number.NaN) - began);
  return Math.round(Math.max(...took) / 100) / 10;
}

async function serving(sandbox: Sandbox, names: readonly string[], version: string): Promise<number> {
  const lambda = new LambdaClient(sandbox.clientConfig);
  const aliases = await Promise.all(
    names.map((FunctionName) => lambda.send(new GetAliasCommand({ FunctionName, Name: 'production' }))),
  );
  const there = aliases.filter(
    ({ FunctionVersion, RoutingConfig }) =>
      FunctionVersion === version && Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {}).length === 0,
  );
  return there.length;
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** A package with one file; the same bytes for the same version. */
async function zip(version: string): Promise<Buffer> {
  const file = new ZipFile();
  const code = Buffer.from(`export const handler = () => '${version}';`);
  file.addBuffer(code, 'index.mjs', { mtime: new Date(1980, 0, 1), forceDosTimestamp: true });
  file.end();
  const chunks: Buffer[] = [];
  for await (const chunk of file.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
