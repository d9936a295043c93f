import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type AliasConfiguration, GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  StartExecutionCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Context } from 'aws-lambda';
import { ZipFile } from 'yazl';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { OrdersStack } from '../../examples/orders/orders-stack.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import type { StepHandler } from '../../functions/runtime.ts';
import type { Lock, RolloutRecord } from '../../functions/rollout/records.ts';
import { WeighbridgeStack, type WeighbridgeStackProps } from '../../infra/weighbridge-stack.ts';
import { deployAssembly, type DeployedStack } from '../../sandbox/cloudformation/deploy-assembly.ts';
import type { Snapshot } from '../../sandbox/core/collection.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { startTraffic, type Traffic } from '../../sandbox/traffic/start-traffic.ts';
import { directHandler } from './direct-calls.ts';
import { DRILL_HANDLERS, GROUP_HANDLERS, STEP_HANDLERS } from './steps.ts';

/** How a simulated function behaves: the share of its requests that fail, and how long one takes. */
export interface Behaviour {
  readonly failing?: number;
  readonly milliseconds?: number;
  /** How long the first request of each new execution environment takes. */
  readonly coldMilliseconds?: number;
}

/** An execution environment that nobody used for this long, in ms, is gone. */
const IDLE_MS = 600_000;

/** How one execution ended, and what it left behind. */
export interface Outcome {
  readonly arn: string;
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string;
  readonly output: unknown;
  /** Names of the states entered, in order. */
  readonly states: readonly string[];
}

/** What is deployed beside the pipeline itself: most tests do without, which makes them quick. */
export type With = Partial<Pick<WeighbridgeStackProps, 'drill' | 'groups' | 'functions'>>;

const assemblies = new Map<string, string>();

/** Both stacks, without the steps' bundles: in these tests the steps run from their sources, in this process. */
export function synthesised({ drill = false, groups = false, functions = ['orders'] }: With = {}): string {
  const wanted = JSON.stringify({ drill, groups, functions });
  const known = assemblies.get(wanted);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), 'weighbridge-assembly-'));
  assemblies.set(wanted, folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const app = new App({ outdir: folder });
  const code = Code.fromInline('exports.handler = () => null;');
  new WeighbridgeStack(app, 'Weighbridge', { functions, hooks: ['smoke'], drill, groups, code });
  new OrdersStack(app, 'WeighbridgeExample');
  app.synth();
  return folder;
}

const SANDBOX = { clock: { kind: 'virtual' }, metricDelayMs: 20_000 } as const;

/** A pipeline's state, as others begin with it. */
export interface Saved {
  readonly snapshot: Snapshot;
  readonly stack: DeployedStack;
}

const accounts = new Map<string, Promise<Saved>>();

/** Deployed once for each process: every pipeline begins with the same account. */
function deployed(wanted: With = {}): Promise<Saved> {
  const assembly = synthesised(wanted);
  const account = accounts.get(assembly) ?? deploy(assembly);
  accounts.set(assembly, account);
  return account;
}

async function deploy(assembly: string): Promise<Saved> {
  const sandbox = await createSandbox({ ...SANDBOX, seed: 7 });
  const stack = await deployAssembly(sandbox.world, { assembly, stack: 'Weighbridge' });
  await deployAssembly(sandbox.world, { assembly, stack: 'WeighbridgeExample' });
  const secrets = new SecretsManagerClient(sandbox.clientConfig);
  const SecretString = 'http://127.0.0.1/hook';
  await secrets.send(new PutSecretValueCommand({ SecretId: stack.outputs['SlackSecretArn'], SecretString }));
  const snapshot = sandbox.snapshot();
  await sandbox.close();
  return { snapshot, stack };
}

/** The whole pipeline in the sandbox, on the virtual clock: real definition, real policies, the steps' own code and SDK. */
export class Pipeline {
  readonly sandbox: Sandbox;
  readonly stack: DeployedStack;
  readonly webhook: object[] = [];
  readonly behaviours = new Map<string, Behaviour>();
  traffic: Traffic | undefined;
  webhookAnswers = 200;
  readonly #realNow = Date.now;
  /** When each execution environment of a version is free again. */
  readonly #freeAt = new Map<string, number[]>();
  #requests = 0;
  #published = 0;
  #asked = 0;

  private constructor(sandbox: Sandbox, stack: DeployedStack) {
    this.sandbox = sandbox;
    this.stack = stack;
  }

  /** A sandbox in which the stacks are deployed, or one that goes on from where another pipeline was saved. */
  static async start(options: { seed?: number; with?: With; from?: Saved } = {}): Promise<Pipeline> {
    const { snapshot, stack } = options.from ?? (await deployed(options.with));
    const sandbox = await createSandbox({ ...SANDBOX, seed: options.seed ?? 7, from: snapshot });
    const pipeline = new Pipeline(sandbox, stack);
    pipeline.#prepare();
    return pipeline;
  }

  /** What other pipelines can go on from; best taken when nothing is under way. */
  save(): Saved {
    return { snapshot: this.sandbox.snapshot(), stack: this.stack };
  }

  async close(): Promise<void> {
    await this.traffic?.stop();
    Date.now = this.#realNow;
    await this.sandbox.close();
  }

  /** Virtual time stands still while work is under way, and so must the clock that Powertools reads. */
  #prepare(): void {
    const { world, lambda } = this.sandbox;
    Date.now = () => world.clock.now();
    world.observe(({ service, operation, error }) => {
      if (service === 'SNS' && operation === 'Publish' && !error) this.#published++;
    });
    for (const [state, make] of Object.entries({ ...STEP_HANDLERS, ...DRILL_HANDLERS, ...GROUP_HANDLERS })) {
      const name = this.stepFunctions(state)[0];
      if (name === undefined) continue;
      const handlers = new Map<string, StepHandler>();
      lambda.runInProcess(name, (event, context, environment) => {
        const key = environment['AWS_ACCESS_KEY_ID'] ?? '';
        const handler = handlers.get(key) ?? make(this.host(environment));
        handlers.set(key, handler);
        return handler(event, context as unknown as Context);
      });
    }
    lambda.runInProcess('orders', (_event, context) =>
      this.#orders(context.functionVersion, (ms) => context.simulate({ durationMs: ms })),
    );
  }

  /** What a step runs on, given its function's environment. */
  host(environment: Readonly<Record<string, string>>) {
    const { dispatcher, world } = this.sandbox;
    const credentials = {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
      sessionToken: environment['AWS_SESSION_TOKEN'] ?? '',
    };
    const sdk = {
      region: world.region,
      endpoint: 'http://127.0.0.1',
      credentials,
      requestHandler: directHandler(world, dispatcher, credentials.accessKeyId),
      maxAttempts: 1,
    };
    return lambdaHost({
      env: environment,
      sdk,
      sleep: (ms) => world.clock.sleep(ms),
      fetch: async (url, init) =>
        this.#package(url instanceof Request ? url.url : url.toString()) ?? this.#receive(init),
    });
  }

  /** What GetFunction links to. */
  #package(url: string): Response | undefined {
    const hex = /\/_weighbridge\/lambda\/code\/([0-9a-f]{64})$/.exec(url)?.[1];
    const bytes = hex === undefined ? undefined : this.sandbox.lambda.deploymentPackage(hex);
    return bytes && new Response(new Uint8Array(bytes));
  }

  async #receive(init?: RequestInit): Promise<Response> {
    if (this.webhookAnswers !== 200) return new Response('no', { status: this.webhookAnswers });
    this.webhook.push(JSON.parse(init?.body as string) as object);
    return new Response('ok');
  }

  /** Deterministic failures: every n-th request of a version that fails on a share of them. */
  #orders(version: string, took: (ms: number) => void): unknown {
    const { failing = 0, milliseconds = 10, coldMilliseconds = milliseconds } = this.behaviours.get(version) ?? {};
    took(this.#inEnvironment(version, { milliseconds, coldMilliseconds }));
    const bad = Math.floor((this.#requests + 1) * failing) > Math.floor(this.#requests * failing);
    this.#requests++;
    if (bad) throw new Error('this version is broken');
    return { statusCode: 200 };
  }

  /** Puts a request into the environment that was used last, as Lambda does, or into a new one; returns how long it takes. */
  #inEnvironment(version: string, times: { milliseconds: number; coldMilliseconds: number }): number {
    const now = this.sandbox.world.clock.now();
    const alive = (this.#freeAt.get(version) ?? []).filter((at) => at > now - IDLE_MS).sort((a, b) => a - b);
    const warm = alive.findLastIndex((at) => at <= now);
    const duration = warm < 0 ? times.coldMilliseconds : times.milliseconds;
    if (warm >= 0) alive.splice(warm, 1);
    this.#freeAt.set(version, [...alive, now + duration]);
    return duration;
  }

  /** Configuration of the administrator's clients. */
  get clientConfig() {
    const { clientConfig, world, dispatcher } = this.sandbox;
    return { ...clientConfig, requestHandler: directHandler(world, dispatcher, clientConfig.credentials.accessKeyId) };
  }

  /** Physical name of a step's function. */
  functionOf(state: string): string {
    return this.resource(new RegExp(`^${state}Function[0-9A-F]{8}$`));
  }

  /** The same where the part that it belongs to may not be deployed. */
  stepFunctions(state: string): string[] {
    const pattern = new RegExp(`^${state}Function[0-9A-F]{8}$`);
    return Object.entries(this.stack.resources).flatMap(([id, name]) => (pattern.test(id) ? [name] : []));
  }

  /** Physical id of the one resource of the stack whose logical id matches. */
  resource(logicalId: RegExp): string {
    const found = Object.entries(this.stack.resources).filter(([id]) => logicalId.test(id));
    if (found.length !== 1 || !found[0])
      throw new Error(`expected one resource like ${logicalId}, got ${found.map(([id]) => id).join(', ')}`);
    return found[0][1];
  }

  /** Calls of an operation by one role fail before they have an effect. Returns what mends it. */
  failCalls(service: 'Lambda' | 'DynamoDB', operation: string, caller: string): () => void {
    const id = this.sandbox.faults.add({
      on: 'call',
      match: { service, operation, caller },
      action: { kind: 'fail' },
    });
    return () => void this.sandbox.faults.remove(id);
  }

  /** From now on every attempt of this step fails with an error of this name. Returns what mends it. */
  breakStep(state: string, name = 'InvariantError'): () => void {
    return this.sandbox.lambda.runInProcess(this.functionOf(state), () => {
      throw Object.assign(new Error(`${state} is broken on purpose`), { name });
    });
  }

  /** How many messages the stack's topic has published. */
  published(): number {
    return this.#published;
  }

  /** Log groups that hold anything. */
  async logGroups(): Promise<string[]> {
    const logs = new CloudWatchLogsClient(this.clientConfig);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({ limit: 50 }));
    return logGroups.filter(({ storedBytes = 0 }) => storedBytes > 0).map(({ logGroupName }) => logGroupName ?? '');
  }

  /** S3's events come twice from now on. Returns what mends it. */
  duplicateEvents(): () => void {
    const id = this.sandbox.faults.add({
      on: 'event',
      match: { source: 'aws.s3' },
      action: { kind: 'duplicate', ms: 2000 },
    });
    return () => void this.sandbox.faults.remove(id);
  }

  /** S3's events come late from now on. Returns what mends it. */
  delayEvents(ms: number): () => void {
    const id = this.sandbox.faults.add({ on: 'event', match: { source: 'aws.s3' }, action: { kind: 'delay', ms } });
    return () => void this.sandbox.faults.remove(id);
  }

  async objectVersions(Prefix: string): Promise<string[]> {
    const Bucket = this.stack.outputs['ArtifactBucketName'];
    const { Versions = [] } = await this.#s3().send(new ListObjectVersionsCommand({ Bucket, Prefix }));
    return Versions.map(({ VersionId }) => VersionId ?? '');
  }

  /** Waits for something that happens outside the execution, for at most an hour of virtual time. */
  async eventually<T>(ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
    const until = this.sandbox.world.clock.now() + 3_600_000;
    for (;;) {
      const answer = await ask();
      if (wanted(answer) || this.sandbox.world.clock.now() > until) return answer;
      await this.sandbox.world.clock.sleep(10_000);
    }
  }

  async setPolicy(environments: readonly EnvironmentPolicy[] | string, functionName = 'orders'): Promise<void> {
    const Value = typeof environments === 'string' ? environments : JSON.stringify({ environments });
    const ssm = new SSMClient(this.clientConfig);
    const Name = `/weighbridge/${functionName}`;
    await ssm.send(new PutParameterCommand({ Name, Value, Type: 'String', Overwrite: true }));
  }

  startTraffic(ratePerSecond: number, qualifier = 'production'): void {
    const options = { function: 'orders', qualifier, ratePerSecond, concurrency: 1000 };
    this.traffic = startTraffic(this.sandbox.world, options);
  }

  async upload(version: string, bytes?: Uint8Array, functionName = 'orders'): Promise<void> {
    await this.uploadObject(`releases/${functionName}/${version}/code.zip`, async () => bytes ?? codeOf(version));
  }

  async uploadManifest(version: string, text: string): Promise<void> {
    await this.uploadObject(`releases/orders/${version}/release.json`, async () => text);
  }

  /** S3 is called over the wire: time stands still meanwhile, or a busy machine would begin the rollout at another second. */
  async uploadObject(Key: string, body: () => Promise<Uint8Array | string>): Promise<void> {
    await this.sandbox.world.clock.held('request', async () => {
      const Bucket = this.stack.outputs['ArtifactBucketName'];
      await this.#s3().send(new PutObjectCommand({ Bucket, Key, Body: await body() }));
    });
  }

  #s3(): S3Client {
    return new S3Client({ ...this.clientConfig, forcePathStyle: true });
  }

  /** Uploads, and follows the execution that the upload starts to its end. */
  async release(version: string, bytes?: Uint8Array): Promise<Outcome> {
    const before = new Set(await this.executions());
    await this.upload(version, bytes);
    const started = async () => (await this.executions()).find((one) => !before.has(one));
    return this.outcome(await this.until(started, 5, 600));
  }

  /** What `weighbridge rollback` starts, followed to its end. */
  async rollBack(
    asked: { environment?: string; to?: string; from?: string; request?: string; force?: boolean } = {},
  ): Promise<Outcome> {
    return this.outcome(await this.startRollback(asked));
  }

  /** Starts what `weighbridge rollback` starts; returns the execution's ARN. */
  async startRollback(asked: {
    environment?: string;
    to?: string;
    from?: string;
    request?: string;
    force?: boolean;
  }): Promise<string> {
    const request = asked.request ?? `request-${++this.#asked}`;
    const rollback = {
      function: 'orders',
      environment: 'production',
      by: 'ana',
      why: 'orders fail',
      ...asked,
      request,
    };
    const sfn = new SFNClient(this.clientConfig);
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({
        stateMachineArn: this.stack.outputs['StateMachineArn'],
        name: `rollback-${request}`,
        input: JSON.stringify({ rollback }),
      }),
    );
    return executionArn;
  }

  async executions(): Promise<string[]> {
    const sfn = new SFNClient(this.clientConfig);
    const { executions = [] } = await sfn.send(
      new ListExecutionsCommand({ stateMachineArn: this.stack.outputs['StateMachineArn'] }),
    );
    return executions.map(({ executionArn }) => executionArn ?? '').reverse();
  }

  /** Waits for the execution to end. */
  async outcome(arn: string): Promise<Outcome> {
    const sfn = new SFNClient(this.clientConfig);
    const ended = await this.until(async () => {
      const found = await sfn.send(new DescribeExecutionCommand({ executionArn: arn }));
      return found.status === 'RUNNING' ? undefined : found;
    }, 15);
    const { status = '?', error, cause = '', output } = ended;
    return { arn, status, error, cause, output: output && JSON.parse(output), states: await this.states(arn) };
  }

  async states(executionArn: string): Promise<string[]> {
    const sfn = new SFNClient(this.clientConfig);
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await sfn.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, ...(nextToken && { nextToken }) }),
      );
      for (const { stateEnteredEventDetails } of page.events ?? [])
        if (stateEnteredEventDetails?.name) names.push(stateEnteredEventDetails.name);
      nextToken = page.nextToken;
    } while (nextToken);
    return names;
  }

  /** Asks every few virtual seconds until there is an answer. @throws Error when there is none within two virtual days. */
  async until<T>(ask: () => Promise<T | undefined>, everySeconds = 5, forSeconds = 2 * 86_400): Promise<T> {
    for (let waited = 0; waited <= forSeconds; waited += everySeconds) {
      const answer = await ask();
      if (answer !== undefined) return answer;
      await this.sandbox.world.clock.sleep(everySeconds * 1000);
    }
    throw new Error(`expected an answer within ${forSeconds} virtual seconds`);
  }

  async alias(
    name = 'production',
    functionName = 'orders',
  ): Promise<Pick<AliasConfiguration, 'FunctionVersion' | 'RoutingConfig'> | undefined> {
    const lambda = new LambdaClient(this.clientConfig);
    try {
      const { FunctionVersion, RoutingConfig } = await lambda.send(
        new GetAliasCommand({ FunctionName: functionName, Name: name }),
      );
      return { ...(FunctionVersion && { FunctionVersion }), ...(RoutingConfig && { RoutingConfig }) };
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return undefined;
      throw cause;
    }
  }

  /** The version that the alias serves alone; `split` when it serves two, `undefined` when it does not exist. */
  async serves(name = 'production'): Promise<string | undefined> {
    const alias = await this.alias(name);
    return Object.keys(alias?.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0
      ? 'split'
      : alias?.FunctionVersion;
  }

  /** What `weighbridge approve` and `reject` do: write the decision down, then answer the token. */
  async decide({ id, heldSince }: RolloutRecord, decision: 'approve' | 'reject'): Promise<void> {
    const at = { pk: `rollout#${id}`, sk: `decision#${heldSince}` };
    const said = { decision, by: 'ana', why: 'looked at it' };
    await this.#ledger().send(new PutCommand({ TableName: this.ledgerTable, Item: { ...at, ...said } }));
    const token = await this.#ledger().send(
      new GetCommand({ TableName: this.ledgerTable, Key: { ...at, sk: `token#${heldSince}` } }),
    );
    const sfn = new SFNClient(this.clientConfig);
    await sfn.send(
      new SendTaskSuccessCommand({ taskToken: token.Item?.['token'] as string, output: JSON.stringify(said) }),
    );
  }

  async lockOwner(environment = 'production', functionName = 'orders'): Promise<string> {
    const Key = { pk: 'locks', sk: `lock#${functionName}#${environment}` };
    const { Item } = await this.#ledger().send(new GetCommand({ TableName: this.ledgerTable, Key }));
    return (Item as Lock | undefined)?.owner ?? '';
  }

  async rollouts(): Promise<RolloutRecord[]> {
    const items = (await this.items()).filter(({ sk }) => sk.startsWith('rollout#') && sk.includes('T'));
    return items as unknown as RolloutRecord[];
  }

  async items(): Promise<({ pk: string; sk: string } & Record<string, unknown>)[]> {
    const { Items = [] } = await this.#ledger().send(
      new ScanCommand({ TableName: this.ledgerTable, ConsistentRead: true }),
    );
    return Items as ({ pk: string; sk: string } & Record<string, unknown>)[];
  }

  get ledgerTable(): string {
    return this.stack.outputs['LedgerTableName'] ?? '';
  }

  #ledger(): DynamoDBDocumentClient {
    return DynamoDBDocumentClient.from(new DynamoDBClient(this.clientConfig));
  }
}

const zips = new Map<string, Promise<Buffer>>();

/** A zip of small text files; the same bytes for the same files, made once. */
export function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const key = JSON.stringify(files);
  const made = zips.get(key) ?? zip(files);
  zips.set(key, made);
  return made;
}

async function zip(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, text] of Object.entries(files))
    archive.addBuffer(Buffer.from(text), name, { mtime: new Date(1980, 0, 1), forceDosTimestamp: true });
  archive.end();
  const chunks: Buffer[] = [];
  for await (const chunk of archive.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64');
}

/** The package of a release, where a test does not care what is in it. */
export function codeOf(version: string): Promise<Buffer> {
  return zipOf({ 'index.mjs': `export const handler = () => '${version}';` });
}
