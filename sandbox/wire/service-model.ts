import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef, SchemaTraitsObject } from '@smithy/types';
import type { Service } from '../core/service.ts';
import { CATALOGUE, type ServiceFacts } from './catalogue.ts';
import { compileRoutes, type RouteTable } from './route.ts';

/** One operation as the SDK client's schema describes it. */
export interface OperationModel {
  readonly name: string;
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
  /** HTTP method, URI template and success status, for REST protocols. */
  readonly http: { readonly method: string; readonly uri: string; readonly status: number } | undefined;
}

/** A modelled error of a service. */
export interface ErrorModel {
  readonly name: string;
  readonly schema: NormalizedSchema;
  /** HTTP status: the model's own, or what its fault implies. */
  readonly status: number;
  /** Code in awsQuery, where it is not the name. */
  readonly queryCode: string | undefined;
}

/** What the wire knows of a service: facts, operations, errors. */
export interface ServiceModel {
  readonly facts: ServiceFacts;
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** By name, and by awsQuery code where that differs. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
  readonly routes: RouteTable;
}

/** Reads a service's model out of its SDK client package; loads the package. */
export async function loadModel(service: Service): Promise<ServiceModel> {
  const facts = CATALOGUE.find((each) => each.id === service.id);
  if (!facts) throw new Error(`expected a service of the wire's catalogue, got ${service.id}: add it to catalogue.ts`);
  return readModel(facts, await service.sdk());
}

/**
 * Reads the schemas that an SDK client package exports.
 * @throws Error when the package holds no operation schemas: the SDK's internals changed with an upgrade.
 */
export function readModel(facts: ServiceFacts, sdk: object): ServiceModel {
  const schemas = Object.values(sdk).filter(isStaticSchema);
  const operations = new Map(schemas.filter((s) => s[0] === 9).map((s) => [s[2], operationModel(s)]));
  const errors = schemas.filter((s) => s[0] === -3).map(errorModel);
  if (operations.size === 0)
    throw new Error(
      `expected the SDK client of ${facts.id} to export operation schemas, found none: check its version`,
    );
  return {
    facts,
    operations,
    errors: new Map([
      ...errors.flatMap((e) => (e.queryCode ? [[e.queryCode, e] as const] : [])),
      ...errors.map((e) => [e.name, e] as const),
    ]),
    routes: compileRoutes(facts.id, [...operations.values()]),
  };
}

/** Kind, namespace, name, traits, then what the kind needs: input and output for operations, members for structures. */
type StaticTuple = readonly [number, string, string, SchemaTraitsObject | number, unknown, unknown, ...unknown[]];

function isStaticSchema(value: unknown): value is StaticTuple {
  return Array.isArray(value) && value.length >= 5 && typeof value[0] === 'number' && typeof value[2] === 'string';
}

function operationModel(schema: StaticTuple): OperationModel {
  const [, , name, traits, input, output] = schema;
  const http = typeof traits === 'object' ? traits.http : undefined;
  return {
    name,
    http: http && { method: http[0], uri: http[1], status: http[2] },
    get input() {
      return NormalizedSchema.of(input as SchemaRef);
    },
    get output() {
      return NormalizedSchema.of(output as SchemaRef);
    },
  };
}

function errorModel(tuple: StaticTuple): ErrorModel {
  const schema = NormalizedSchema.of(tuple as unknown as SchemaRef);
  const traits = schema.getMergedTraits();
  const queryError = traits.awsQueryError as readonly [string, number] | undefined;
  return {
    name: tuple[2],
    schema,
    status: queryError?.[1] ?? (traits.httpError as number | undefined) ?? (traits.error === 'server' ? 500 : 400),
    queryCode: queryError?.[0] === tuple[2] ? undefined : queryError?.[0],
  };
}
