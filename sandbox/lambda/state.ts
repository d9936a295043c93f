import type { Collection } from '../core/collection.ts';
import type { PolicyDocument } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { functionNotFound } from './errors.ts';
import type {
  AliasRecord,
  CodeRecord,
  EventInvokeRecord,
  FunctionRecord,
  MappingRecord,
  PolicyRecord,
  ProvisionedRecord,
  QueuedEvent,
  UrlRecord,
  VersionRecord,
} from './model.ts';
import { LATEST } from './model.ts';
import type { Target } from './names.ts';
import { functionArn, keyOf } from './names.ts';

/** A target that exists: the alias, when it was named by one, and the version that it stands for. */
export interface Resolved {
  readonly fn: FunctionRecord;
  readonly alias: AliasRecord | undefined;
  readonly version: VersionRecord;
}

/** All that Lambda remembers. */
export class LambdaState {
  readonly #world: World;
  readonly functions: Collection<FunctionRecord>;
  readonly versions: Collection<VersionRecord>;
  readonly aliases: Collection<AliasRecord>;
  readonly policies: Collection<PolicyRecord>;
  readonly code: Collection<CodeRecord>;
  readonly eventInvokeConfigs: Collection<EventInvokeRecord>;
  readonly provisioned: Collection<ProvisionedRecord>;
  readonly urls: Collection<UrlRecord>;
  readonly mappings: Collection<MappingRecord>;
  readonly queue: Collection<QueuedEvent>;

  constructor(world: World) {
    this.#world = world;
    const { storage } = world;
    this.functions = storage.collection('lambda.functions');
    this.versions = storage.collection('lambda.versions');
    this.aliases = storage.collection('lambda.aliases');
    this.policies = storage.collection('lambda.policies');
    this.code = storage.collection('lambda.code');
    this.eventInvokeConfigs = storage.collection('lambda.eventInvokeConfigs');
    this.provisioned = storage.collection('lambda.provisionedConcurrency');
    this.urls = storage.collection('lambda.functionUrls');
    this.mappings = storage.collection('lambda.eventSourceMappings');
    this.queue = storage.collection('lambda.asynchronousEvents');
  }

  /** @throws {AwsError} ResourceNotFoundException that names the target as the request did. */
  resolve(target: Target): Resolved {
    const found = this.find(target);
    if (!found) throw functionNotFound(functionArn(this.#world, target.name, target.qualifier));
    return found;
  }

  find(target: Target): Resolved | undefined {
    const fn = this.functions.get(target.name);
    const qualifier = target.qualifier ?? LATEST;
    const alias = this.aliases.get(keyOf(target.name, qualifier));
    const version = this.versions.get(keyOf(target.name, alias?.functionVersion ?? qualifier));
    return fn && version ? { fn, alias, version } : undefined;
  }

  /** @throws {AwsError} ResourceNotFoundException with the unqualified ARN. */
  functionOf(name: string): FunctionRecord {
    const fn = this.functions.get(name);
    if (!fn) throw functionNotFound(functionArn(this.#world, name));
    return fn;
  }

  latestOf(name: string): VersionRecord {
    return this.resolve({ name, qualifier: LATEST }).version;
  }

  aliasesOf(name: string): AliasRecord[] {
    return [...this.aliases.values()].filter((alias) => alias.functionName === name);
  }

  putVersion(version: VersionRecord): void {
    this.versions.put(keyOf(version.functionName, version.version), version);
  }

  policyOf(target: Target): PolicyDocument | undefined {
    const policy = this.policies.get(keyOf(target.name, target.qualifier));
    return policy && { Version: '2012-10-17', Id: 'default', Statement: policy.statements };
  }

  /** Forgets packages that no version refers to any more. */
  sweepCode(): void {
    const used = new Set<string>();
    for (const version of this.versions.values()) {
      used.add(version.codeSha256);
      if (version.serving) used.add(version.serving.codeSha256);
    }
    for (const sha of [...this.code.keys()]) if (!used.has(sha)) this.code.delete(sha);
  }
}
