import { Client } from '@smithy/core/client';
import type { HttpHandler } from '@smithy/core/protocols';
import { AwsError } from '../../sandbox/core/aws-error.ts';
import { ProcessEnded, silence } from '../../sandbox/core/process.ts';
import type { Principal, ServiceId } from '../../sandbox/core/service.ts';
import type { World } from '../../sandbox/core/world.ts';
import { ConnectionLost } from '../../sandbox/wire/connection-lost.ts';
import { inProcessHandler } from '../../sandbox/wire/in-process-handler.ts';
import type { Dispatcher } from '../../sandbox/wire/message.ts';
import { loadModel, type ServiceModel } from '../../sandbox/wire/service-model.ts';

const DIRECT = Symbol('calls the world, not the wire');

/** A request handler whose clients do not serialise: their commands' inputs go to the world as they are. */
interface DirectHandler extends HttpHandler<object> {
  readonly [DIRECT]: { readonly world: World; readonly accessKeyId: string };
}

/**
 * Lets the real SDK's clients call a world at a fifth of the cost: no HTTP, no signature, no protocol, no retries of the
 * client's own. Authorisation, faults and observation are the world's and stay. S3 still goes over the wire, whose bodies
 * are streams. What is left out is tested where it belongs (test/sandbox/wire) and by every run that uses the wire.
 */
export function directHandler(world: World, dispatcher: Dispatcher, accessKeyId: string): HttpHandler<object> {
  const handler: DirectHandler = { ...inProcessHandler(dispatcher), [DIRECT]: { world, accessKeyId } };
  return handler;
}

interface AnyCommand {
  readonly input: object;
  readonly schema?: readonly unknown[];
  readonly clientCommand?: AnyCommand & { middlewareStack: unknown };
  addMarshallingMiddleware?(configuration: object): void;
}

interface AnyConfig {
  readonly serviceId: ServiceId;
  readonly requestHandler: Partial<DirectHandler>;
}

const overTheWire = Reflect.get(Client.prototype, 'send') as (...args: unknown[]) => Promise<unknown>;

/** Every SDK client inherits this; clients without a direct handler do what they always did. */
function send(this: { config: AnyConfig }, command: AnyCommand, ...rest: unknown[]): Promise<unknown> {
  const { serviceId, requestHandler } = this.config;
  const direct = requestHandler[DIRECT];
  if (!direct || serviceId === 'S3') return overTheWire.call(this, command, ...rest);
  const call = (wire: AnyCommand, input: object) => perform(direct, serviceId, String(wire.schema?.[2]), input);
  if (!command.clientCommand) return call(command, command.input);
  return documents(command, this.config, (input) => call(command.clientCommand as AnyCommand, input));
}

Reflect.set(Client.prototype, 'send', send);

type Around = (next: (args: object) => Promise<{ output: object }>, context: object) => typeof next;

/** lib-dynamodb converts items in two middlewares of its command; they are run here around the call. */
async function documents(
  command: AnyCommand,
  config: object,
  call: (input: object) => Promise<object>,
): Promise<unknown> {
  const around: Around[] = [];
  Object.assign(command.clientCommand ?? {}, { middlewareStack: { addRelativeTo: (one: Around) => around.push(one) } });
  command.addMarshallingMiddleware?.(config);
  const innermost = async (args: object) => ({ output: await call((args as { input: object }).input) });
  const chain = around.reduceRight((next, one) => one(next, {}), innermost);
  return (await chain({ input: command.input })).output;
}

async function perform(
  { world, accessKeyId }: DirectHandler[typeof DIRECT],
  service: ServiceId,
  operation: string,
  input: object,
): Promise<object> {
  const principal: Principal = world.authorizer.principalOf(accessKeyId);
  try {
    const answer = await world.call<object | undefined>(service, operation, copy(input) as object, principal);
    return { ...(copy(answer ?? {}) as object), $metadata: { httpStatusCode: 200 } };
  } catch (cause) {
    if (cause instanceof ProcessEnded) return silence();
    throw await asClientError(world, service, cause);
  }
}

/** What a serialised value loses: members that are not defined, and identity. */
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(copy);
  const kept: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) if (member !== undefined) kept[name] = copy(member);
  return kept;
}

const models = new Map<ServiceId, Promise<{ model: ServiceModel; sdk: Record<string, unknown> }>>();

/** The exception class that the client's package has for this code, since some callers ask with `instanceof`. */
async function asClientError(world: World, id: ServiceId, cause: unknown): Promise<unknown> {
  if (cause instanceof ConnectionLost)
    return Object.assign(new Error('read ECONNRESET', { cause }), { name: 'TimeoutError', code: 'ECONNRESET' });
  if (!(cause instanceof AwsError)) return cause;
  const loading = models.get(id) ?? load(world, id);
  models.set(id, loading);
  const { model, sdk } = await loading;
  const httpStatusCode = cause.status ?? model.errors.get(cause.code)?.status ?? 400;
  const fields = { ...cause.extra, message: cause.message, $metadata: { httpStatusCode } };
  const name = model.errors.get(cause.code)?.name ?? cause.code;
  const Modelled = sdk[name] as (new (fields: object) => Error) | undefined;
  return Modelled ? new Modelled(fields) : Object.assign(new Error(cause.message), { ...fields, name });
}

async function load(world: World, id: ServiceId) {
  const service = world.service(id);
  return { model: await loadModel(service), sdk: (await service.sdk()) as Record<string, unknown> };
}
