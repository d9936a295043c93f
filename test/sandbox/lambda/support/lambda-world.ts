import { Buffer } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import yazl from 'yazl';
import { createClock } from '../../../../sandbox/core/clock.ts';
import type { ClockMode } from '../../../../sandbox/core/clock.ts';
import type { Storage } from '../../../../sandbox/core/collection.ts';
import { memoryStorage } from '../../../../sandbox/core/collection.ts';
import { createRandom } from '../../../../sandbox/core/random.ts';
import { createWorld } from '../../../../sandbox/core/create-world.ts';
import type { Operation, Principal, Service, ServiceId } from '../../../../sandbox/core/service.ts';
import { operation } from '../../../../sandbox/core/service.ts';
import type { Datum, World } from '../../../../sandbox/core/world.ts';
import { createIam } from '../../../../sandbox/iam/create-iam.ts';
import type { LambdaControls } from '../../../../sandbox/lambda/create-lambda.ts';
import { createLambda } from '../../../../sandbox/lambda/create-lambda.ts';
import type { LambdaOptions } from '../../../../sandbox/lambda/options.ts';
import { createS3 } from '../../../../sandbox/s3/create-s3.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '111111111111';
export const START = Date.parse('2026-01-31T12:00:00Z');
export const ADMIN: Principal = { kind: 'account' };

interface LogEntry {
  readonly group: string;
  readonly stream: string;
  readonly message: string;
  readonly at: number;
}

export interface LambdaWorld {
  readonly world: World;
  readonly controls: LambdaControls;
  readonly data: Datum[];
  readonly logs: LogEntry[];
  /** Messages that stand-ins of other services took, by operation. */
  readonly sent: { service: ServiceId; operation: string; input: unknown; principal: Principal }[];
  call<O = unknown>(operation: string, input: object, principal?: Principal): Promise<O>;
  close(): Promise<void>;
}

const TRUST = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** A role that Lambda may assume, with all rights unless told otherwise. */
export async function createRole(world: World, RoleName: string, policy: object = EVERYTHING): Promise<string> {
  const AssumeRolePolicyDocument = JSON.stringify(TRUST);
  await world.call('IAM', 'CreateRole', { RoleName, AssumeRolePolicyDocument }, ADMIN);
  const PolicyDocument = JSON.stringify(policy);
  await world.call('IAM', 'PutRolePolicy', { RoleName, PolicyName: 'inline', PolicyDocument }, ADMIN);
  return `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
}

interface WorldOptions {
  readonly clock?: ClockMode;
  readonly lambda?: LambdaOptions;
  readonly storage?: Storage;
  readonly start?: number;
}

/** Lambda with IAM and S3 beside it; queues, topics and buses only record what they are sent. */
export async function aLambdaWorld(options: WorldOptions = {}): Promise<LambdaWorld> {
  const data: Datum[] = [];
  const logs: LogEntry[] = [];
  const sent: LambdaWorld['sent'] = [];
  let controls: LambdaControls | undefined;
  const clock = createClock(options.clock ?? { kind: 'virtual' }, options.start ?? START);
  const storage = options.storage ?? memoryStorage();
  const world = createWorld({ region: REGION, accountId: ACCOUNT, clock, random: createRandom(7), storage }, (made) => {
    const iam = createIam(made);
    const lambda = createLambda(made, options.lambda);
    controls = lambda.controls;
    const channels = {
      metric: (datum: Datum) => void data.push(datum),
      publish: () => undefined,
      log: (group: string, stream: string, message: string, at: number) =>
        void logs.push({ group, stream, message, at }),
    };
    const recorders = [
      recorder('SQS', ['SendMessage'], sent),
      recorder('SNS', ['Publish'], sent),
      recorder('EventBridge', ['PutEvents'], sent),
    ];
    const services = [iam.service, lambda.service, createS3(made).service, ...recorders];
    return { services, channels, authorizer: iam.authorizer };
  });
  for (const service of world.services()) await service.start?.();
  if (!world.service('IAM') || !controls) throw new Error('expected the world to be built');
  const made = controls;
  return {
    world,
    controls: made,
    data,
    logs,
    sent,
    call: (name, input, principal = ADMIN) => world.call('Lambda', name, input, principal),
    close: async () => {
      await made.close();
      clock.stop();
    },
  };
}

function recorder(id: ServiceId, names: string[], sent: LambdaWorld['sent']): Service {
  const handle = (name: string): Operation =>
    operation<object, object>({
      needs: () => [{ action: `${id.toLowerCase()}:${name}`, resource: '*' }],
      handle: (input, call) => {
        sent.push({ service: id, operation: name, input, principal: call.principal });
        return {};
      },
    });
  const operations = Object.fromEntries(names.map((name) => [name, handle(name)]));
  return { id, sdk: () => Promise.resolve({}), operations };
}

/** A zip with these files; modes by name. */
export async function zipOf(files: Record<string, string>, modes: Record<string, number> = {}): Promise<Uint8Array> {
  const zip = new yazl.ZipFile();
  for (const [name, text] of Object.entries(files))
    zip.addBuffer(Buffer.from(text), name, { mtime: new Date(0), mode: modes[name] ?? 0o100644 });
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}

interface FunctionOptions {
  readonly code?: Record<string, string>;
  readonly modes?: Record<string, number>;
  readonly [member: string]: unknown;
}

/** Creates a function and waits until it is Active. */
export async function createFunction(given: LambdaWorld, name: string, options: FunctionOptions = {}): Promise<void> {
  const { code = { 'index.js': 'exports.handler = async (event) => event;' }, modes, ...rest } = options;
  const role = `arn:aws:iam::${ACCOUNT}:role/${name}-role`;
  const roles = await given.world.call<{ Roles?: { Arn?: string }[] }>('IAM', 'ListRoles', {}, ADMIN).catch(() => ({}));
  const known = 'Roles' in roles && roles.Roles?.some((one) => one.Arn === role);
  if (!known && !('Role' in rest)) await createRole(given.world, `${name}-role`);
  await given.call('CreateFunction', {
    FunctionName: name,
    Role: role,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Code: { ZipFile: await zipOf(code, modes) },
    ...rest,
  });
  await given.world.clock.sleep(2_000);
}

/** Publishes a version with other code, and waits until it is there. */
export async function release(given: LambdaWorld, name: string, source: string): Promise<string> {
  await given.call('UpdateFunctionCode', { FunctionName: name, ZipFile: await zipOf({ 'index.js': source }) });
  await given.world.clock.sleep(2_000);
  const { Version } = await given.call<{ Version: string }>('PublishVersion', { FunctionName: name });
  return Version;
}

export interface InvokeAnswer {
  readonly StatusCode: number;
  readonly FunctionError?: string;
  readonly ExecutedVersion?: string;
  readonly payload: unknown;
  readonly log: string;
}

/** Invokes and reads the answer. */
export async function invoke(
  given: LambdaWorld,
  FunctionName: string,
  event: unknown = {},
  more: object = {},
): Promise<InvokeAnswer> {
  const Payload = new TextEncoder().encode(JSON.stringify(event));
  const input = { FunctionName, Payload, LogType: 'Tail', ...more };
  const output = await given.call<{ Payload?: Uint8Array; LogResult?: string; StatusCode: number }>('Invoke', input);
  const text = output.Payload && new TextDecoder().decode(output.Payload);
  const log = Buffer.from(output.LogResult ?? '', 'base64').toString();
  return { ...output, payload: text === undefined ? undefined : (JSON.parse(text) as unknown), log };
}
