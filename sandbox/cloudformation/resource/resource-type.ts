import type { ServiceId } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import type { TemplateObject } from '../template/intrinsics.ts';
import type { ObjectShape, ValueOf } from './shape.ts';

/** What a resource is known by after it was made. */
export interface ResourceState {
  /** What `Ref` yields. */
  readonly physicalId: string;
  /** What `Fn::GetAtt` yields, by attribute. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a resource type may use. Calls are made as the account's administrator, over the services' public operations. */
export interface ResourceContext {
  readonly world: World;
  readonly stackName: string;
  readonly logicalId: string;
  call<O>(service: ServiceId, operation: string, input: object): Promise<O>;
  /** Tells that the resource is there under this id, though not ready: from now on a rollback deletes it. */
  exists(physicalId: string): void;
  /** Polls on the sandbox's clock until `done` holds. Throws when that takes too long. */
  until(what: string, done: () => Promise<boolean>): Promise<void>;
  /** A generated name as CloudFormation makes them, at most `limit` characters long; the same on every call. */
  generatedName(limit: number): string;
  /** The random end of generated names. */
  readonly suffix: string;
}

/** One resource type: how it is made, changed and deleted. */
interface ResourceTypeOf<S extends ObjectShape, V> {
  readonly properties: S;
  /** Properties that cannot change in place: another value means another resource. `all` when none can. */
  readonly replacedBy: readonly string[] | 'all';
  /** The property that holds its name, if one can be chosen. */
  readonly nameProperty?: string;
  /** Properties within whose values the name must be unique, when it need not be so in the whole account. */
  readonly nameScope?: readonly string[];
  readonly attributes: readonly string[];
  /** How it differs from AWS, in one sentence. */
  readonly differs?: string;
  create(properties: V, context: ResourceContext): Promise<ResourceState>;
  update?(properties: V, existing: Existing<V>, context: ResourceContext): Promise<ResourceState>;
  delete(existing: Existing<V>, context: ResourceContext): Promise<void>;
}

/** A resource that is there, with the properties it was last given. */
export interface Existing<V> extends ResourceState {
  readonly properties: V;
}

/** A resource type as the engine sees it: any properties that its shape lets through. */
export type ResourceType = ResourceTypeOf<ObjectShape, TemplateObject>;

/** Declares a resource type; its functions see the properties typed by the shape. */
export function resourceType<const S extends ObjectShape>(type: ResourceTypeOf<S, ValueOf<S>>): ResourceType {
  return type as unknown as ResourceType;
}
