import { CreateFunctionCommand, GetAliasCommand, GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { groupKey, memberKey } from '../../../domain/group/manifest.ts';
import type { GroupRecord } from '../../../functions/group/records.ts';
import { type Outcome, Pipeline, zipOf } from '../../support/pipeline.ts';

/** `web` needs `billing`, which needs `orders`; they are always written the other way round. */
export const NAMES = ['orders', 'billing', 'web'];
const NEEDS: Readonly<Record<string, string[]>> = { orders: [], billing: ['orders'], web: ['billing'] };

/** A pipeline with three functions that are released as the group `shop`. */
export class GroupWorld {
  readonly pipeline: Pipeline;
  /** Names of the functions whose newest code fails. */
  readonly broken = new Set<string>();
  /** What was started, by uploads of their own and by groups, in order. */
  readonly started: string[] = [];

  private constructor(pipeline: Pipeline) {
    this.pipeline = pipeline;
    pipeline.sandbox.world.observe(({ service, operation, input }) => {
      const words = service === 'SFN' && operation === 'StartExecution' ? startedInWords(input) : undefined;
      if (words) this.started.push(words);
    });
  }

  static async start(): Promise<GroupWorld> {
    const world = new GroupWorld(await Pipeline.start({ with: { groups: true, functions: NAMES } }));
    await world.#makeFunctions();
    await world.setPolicies();
    return world;
  }

  /** Uploads a group, and follows the execution that this starts to its end. */
  async release(version: string, manifest: object, releases: Record<string, object> = {}): Promise<Outcome> {
    return this.pipeline.outcome(await this.begin(version, manifest, releases));
  }

  /** Uploads a group in which every member has the group's version; returns the execution that this starts. */
  async begin(version: string, manifest: object, releases: Record<string, object> = {}): Promise<string> {
    const known = new Set(await this.executions());
    const id = { name: 'shop', version };
    for (const name of NAMES) {
      const key = memberKey(id, { function: name, version });
      await this.put(key.replace('code.zip', 'release.json'), JSON.stringify(releases[name] ?? {}));
      await this.put(key, await codeOf(name, version));
    }
    await this.manifest(version, manifest);
    return this.pipeline.until(async () => (await this.executions()).find((arn) => !known.has(arn)), 5, 600);
  }

  /** Uploads `group.json` alone. */
  async manifest(version: string, manifest: object): Promise<void> {
    const members = [...NAMES].reverse().map((name) => ({ function: name, version, dependsOn: NEEDS[name] }));
    await this.put(groupKey({ name: 'shop', version }), JSON.stringify({ members, ...manifest }));
  }

  /** Releases one function by itself; returns when that has ended. */
  async releaseAlone(name: string, version: string): Promise<Outcome> {
    const known = new Set(await this.pipeline.executions());
    await this.pipeline.upload(version, await codeOf(name, version), name);
    const begun = async () => (await this.pipeline.executions()).find((arn) => !known.has(arn));
    return this.pipeline.outcome(await this.pipeline.until(begun, 5, 600));
  }

  /** Time stands still during the call, or a busy machine would begin things at another second. */
  async put(Key: string, Body: string | Buffer): Promise<void> {
    const s3 = new S3Client({ ...this.pipeline.sandbox.clientConfig, forcePathStyle: true });
    const Bucket = this.pipeline.stack.outputs['ArtifactBucketName'];
    await this.pipeline.sandbox.world.clock.held('request', () => s3.send(new PutObjectCommand({ Bucket, Key, Body })));
  }

  /** Executions of the group's machine, oldest first. */
  async executions(): Promise<string[]> {
    const stateMachineArn = this.pipeline.stack.outputs['GroupMachineArn'];
    const sfn = new SFNClient(this.pipeline.sandbox.clientConfig);
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn }));
    return executions.map(({ executionArn }) => executionArn ?? '').reverse();
  }

  /** `function kind version status` of the rollouts that began since. */
  async rolloutsSince(since: number): Promise<string[]> {
    const found = (await this.pipeline.rollouts()).filter(({ startedAt }) => Date.parse(startedAt) >= since);
    return found.map((one) => `${one.function} ${one.kind ?? '-'} ${one.release} ${one.status}`);
  }

  /** The newest record of that version. */
  async record(version: string): Promise<GroupRecord | undefined> {
    const all = (await this.pipeline.items()).filter(({ pk }) => pk === 'group') as unknown as GroupRecord[];
    const those = all.filter((one) => one.version === version);
    return those.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt)).at(-1);
  }

  /** The record once the group has ended. */
  async ended(version: string): Promise<GroupRecord> {
    return this.pipeline.until(async () => {
      const found = await this.record(version);
      return found?.status === 'running' ? undefined : found;
    });
  }

  /** `function: version` that each alias serves alone. */
  async served(): Promise<Record<string, string | undefined>> {
    const lambda = new LambdaClient(this.pipeline.sandbox.clientConfig);
    const all = NAMES.map(async (FunctionName) => {
      const alias = await lambda.send(new GetAliasCommand({ FunctionName, Name: 'production' }));
      const split = Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
      return [FunctionName, split ? 'split' : alias.FunctionVersion] as const;
    });
    return Object.fromEntries(await Promise.all(all));
  }

  /** Texts of the messages since the first `told`. */
  messages(told = 0): string[] {
    return this.pipeline.webhook.slice(told).map((one) => (one as { text: string }).text);
  }

  async setPolicies(changes: Record<string, object> = {}): Promise<void> {
    const ssm = new SSMClient(this.pipeline.sandbox.clientConfig);
    for (const name of NAMES) {
      const production = { name: 'production', strategy: { type: 'allAtOnce' }, onInconclusive: 'promote' };
      const Value = JSON.stringify({ environments: [{ ...production, ...changes[name] }] });
      await ssm.send(new PutParameterCommand({ Name: `/weighbridge/${name}`, Value, Type: 'String', Overwrite: true }));
    }
  }

  async #makeFunctions(): Promise<void> {
    const lambda = new LambdaClient(this.pipeline.sandbox.clientConfig);
    const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'orders' }));
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => null;' });
    const like = { Role: Configuration?.Role, Runtime: 'nodejs22.x', Handler: 'index.handler' } as const;
    for (const FunctionName of ['billing', 'web']) {
      await lambda.send(new CreateFunctionCommand({ FunctionName, ...like, Code: { ZipFile } }));
      this.pipeline.sandbox.lambda.runInProcess(FunctionName, () => {
        if (this.broken.has(FunctionName)) throw new Error(`${FunctionName} is broken`);
        return { statusCode: 200 };
      });
    }
    await this.pipeline.sandbox.world.clock.sleep(10_000);
  }
}

async function codeOf(name: string, version: string): Promise<Buffer> {
  return zipOf({ 'index.mjs': `export const handler = () => '${name} ${version}';` });
}

/** The rollout that is started; undefined for a group. */
function startedInWords(request: unknown): string | undefined {
  const { detail, rollback } = JSON.parse((request as { input: string }).input) as {
    detail?: { object: { key: string } };
    rollback?: { function: string; to: string };
  };
  if (rollback) return `${rollback.function} back to ${rollback.to}`;
  const [name, version, file] = detail?.object.key.split('/').slice(-3) ?? [];
  return file === 'code.zip' ? `${name} ${version}` : undefined;
}
