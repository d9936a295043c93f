import { NormalizedSchema } from '@smithy/core/schema';
import type { StaticOperationSchema } from '@smithy/types';
import type { ServiceId } from '../../core/service.ts';
import type { World } from '../../core/world.ts';

/** Input and output of an operation, by the schemas of the service's own SDK client. */
export interface OperationModel {
  readonly input: NormalizedSchema;
  readonly output: NormalizedSchema;
}

type SdkModule = Readonly<Record<string, unknown>>;

const modules = new WeakMap<() => Promise<object>, Promise<object>>();

async function moduleOf(world: World, id: ServiceId): Promise<SdkModule> {
  const { sdk } = world.service(id);
  const known = modules.get(sdk) ?? sdk();
  modules.set(sdk, known);
  return (await known) as SdkModule;
}

/** The model of an operation (`UpdateAlias`); absent when the service has none of that name. */
export async function operationModel(world: World, id: ServiceId, name: string): Promise<OperationModel | undefined> {
  const schema = (await moduleOf(world, id))[`${name}$`] as StaticOperationSchema | undefined;
  if (!Array.isArray(schema) || schema[0] !== 9) return undefined;
  const [, , , , input, output] = schema;
  return { input: NormalizedSchema.of(input), output: NormalizedSchema.of(output) };
}

/** The HTTP status of an exception that the service's model names; absent when it names none such. */
export async function modelledError(
  world: World,
  id: ServiceId,
  code: string,
): Promise<{ status: number } | undefined> {
  const schema = (await moduleOf(world, id))[`${code}$`];
  if (!Array.isArray(schema) || schema[0] !== -3) return undefined;
  const traits = schema[3] as { httpError?: number; error?: string } | number;
  const { httpError, error } = typeof traits === 'object' ? traits : {};
  return { status: httpError ?? (error === 'server' ? 500 : 400) };
}
