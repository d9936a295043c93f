import { CreateRoleCommand, DeleteRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetAliasCommand,
  InvokeCommand,
  PublishVersionCommand,
  UpdateAliasCommand,
  waitUntilFunctionActiveV2,
  waitUntilPublishedVersionActive,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { Buffer } from 'node:buffer';
import { ZipFile } from 'yazl';
import type { Subject } from './process.ts';
import { quantiles, type Row } from './table.ts';

/** What the measurements work on; removed when they are over. */
export interface Fixture {
  readonly functionName: string;
  readonly roleName: string;
  readonly roleArn: string;
}

const CODE = 'export const handler = async (event) => ({ echoed: event });\n';
const CONTROL_CALLS = 300;
const WARM_UP_CALLS = 20;
const MADE_CALLS = CONTROL_CALLS + WARM_UP_CALLS;
const CONCURRENCY = 8;

/** Creates a role and a small function with one published version behind the alias `live`. */
export async function prepareFunction(clients: { lambda: LambdaClient; iam: IAMClient }): Promise<Fixture> {
  const { lambda, iam } = clients;
  const functionName = `bench-${process.pid}`;
  const trust = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
        Action: 'sts:AssumeRole',
      },
    ],
  };
  const role = await iam.send(
    new CreateRoleCommand({ RoleName: functionName, AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const roleArn = role.Role?.Arn ?? '';
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName: functionName,
      Role: roleArn,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Timeout: 60,
      Code: { ZipFile: await zipped('index.mjs', CODE) },
    }),
  );
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 60, minDelay: 1 }, { FunctionName: functionName });
  const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: functionName }));
  const version = { FunctionName: functionName, Qualifier: Version };
  await waitUntilPublishedVersionActive({ client: lambda, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, version);
  await lambda.send(new CreateAliasCommand({ FunctionName: functionName, Name: 'live', FunctionVersion: Version }));
  return { functionName, roleName: functionName, roleArn };
}

export async function removeFunction(
  { lambda, iam }: { lambda: LambdaClient; iam: IAMClient },
  { functionName, roleName }: Fixture,
): Promise<void> {
  await lambda.send(new DeleteFunctionCommand({ FunctionName: functionName }));
  await iam.send(new DeleteRoleCommand({ RoleName: roleName }));
}

/** One call after the other: reading and writing an alias. */
export async function measureControlPlane(
  lambda: LambdaClient,
  { functionName }: Fixture,
  { cpuMs = () => NaN }: Subject,
): Promise<Row[]> {
  const alias = { FunctionName: functionName, Name: 'live' };
  const cpuBefore = cpuMs();
  const reads = await timed(CONTROL_CALLS, () => lambda.send(new GetAliasCommand(alias)));
  const writes = await timed(CONTROL_CALLS, (i) =>
    lambda.send(new UpdateAliasCommand({ ...alias, Description: `call ${i}` })),
  );
  return [
    { what: 'GetAlias, median', value: quantiles(reads).median, unit: 'ms', aim: { atMost: 3 } },
    { what: 'GetAlias, 95th percentile', value: quantiles(reads).p95, unit: 'ms' },
    { what: 'UpdateAlias, median', value: quantiles(writes).median, unit: 'ms', aim: { atMost: 3 } },
    { what: 'processor time of one of these calls', value: (cpuMs() - cpuBefore) / (2 * MADE_CALLS), unit: 'ms' },
  ];
}

/** Real milliseconds of each of `count` calls, made one after the other, after some to warm up. */
export async function timed(count: number, call: (i: number) => Promise<unknown>): Promise<number[]> {
  for (let i = 0; i < WARM_UP_CALLS; i++) await call(-i);
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    await call(i);
    times.push(performance.now() - began);
  }
  return times;
}

/** Synchronous invokes of warm environments, some at a time, for some seconds. */
export async function measureInvokes(
  lambda: LambdaClient,
  { functionName }: Fixture,
  seconds: number,
  { cpuMs = () => NaN }: Subject,
): Promise<Row[]> {
  const invoke = new InvokeCommand({ FunctionName: functionName, Qualifier: 'live', Payload: Buffer.from('{"n":1}') });
  const run = (until: number, times: number[]): Promise<unknown> =>
    Promise.all(Array.from({ length: CONCURRENCY }, () => invokeUntil(lambda, invoke, until, times)));
  await run(performance.now() + 1500, []);
  const times: number[] = [];
  const cpuBefore = cpuMs();
  const began = performance.now();
  await run(began + seconds * 1000, times);
  const perSecond = times.length / ((performance.now() - began) / 1000);
  return [
    { what: `warm synchronous invokes, ${CONCURRENCY} at a time`, value: perSecond, unit: '/s', aim: { atLeast: 500 } },
    { what: 'warm synchronous invoke, median', value: quantiles(times).median, unit: 'ms' },
    { what: 'processor time of one invoke', value: (cpuMs() - cpuBefore) / times.length, unit: 'ms' },
  ];
}

async function invokeUntil(lambda: LambdaClient, invoke: InvokeCommand, until: number, times: number[]): Promise<void> {
  while (performance.now() < until) {
    const began = performance.now();
    const { FunctionError, Payload } = await lambda.send(invoke);
    if (FunctionError) throw new Error(`expected the function to answer, got ${Payload?.transformToString()}`);
    times.push(performance.now() - began);
  }
}

async function zipped(name: string, text: string): Promise<Uint8Array> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), name);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}
