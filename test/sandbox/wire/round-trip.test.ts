import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../sandbox/wire/catalogue.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import { readModel, type OperationModel } from '../../../sandbox/wire/service-model.ts';
import { echoWorld } from './support/echo-world.ts';
import { generate } from './support/generate.ts';
import { SDKS } from './support/sdks.ts';

type Client = { send(command: unknown): Promise<Record<string, unknown>> };
type Constructor<T> = new (input: object) => T;

/** Streams of events and of bytes in several messages, which no operation of the sandbox takes or gives. */
const EVENT_STREAMS = new Set([
  'InvokeWithResponseStream',
  'SelectObjectContent',
  'StartLiveTail',
  'GetLogObject',
  'WriteGetObjectResponse',
]);

/** Operations whose client refuses generated values before it sends anything, each with the reason. */
const REFUSED_BY_CLIENT: Readonly<Record<string, string>> = {};

describe.each(CATALOGUE)('$id', async (facts) => {
  const sdk = await SDKS[facts.id]();
  const model = readModel(facts, sdk);
  const names = [...model.operations.keys()].filter((name) => !EVENT_STREAMS.has(name) && !REFUSED_BY_CLIENT[name]);

  it.each(names)('%s reads what the SDK client writes, and writes what it reads', async (name) => {
    const operation = model.operations.get(name) as OperationModel;
    const output = operation.output.isStructSchema() ? (generate(operation.output) as Record<string, unknown>) : {};
    const { world, last } = echoWorld(() => output);
    const input = operation.input.isStructSchema() ? (generate(operation.input) as Record<string, unknown>) : {};
    const received = await clientOf(sdk, createDispatcher(world)).send(commandOf(sdk, name, input));
    expect(last().operation).toBe(name);
    expect(plain(last().input)).toEqual(plain(input));
    const { $metadata: _, ...rest } = received;
    expect(await collected(rest)).toEqual(plain(output));
  });
});

function clientOf(sdk: object, dispatcher: ReturnType<typeof createDispatcher>): Client {
  const [, constructor] = Object.entries(sdk).find(([name]) => /^[A-Z].*Client$/.test(name)) as [
    string,
    Constructor<Client>,
  ];
  return new constructor({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1:4566',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    requestHandler: inProcessHandler(dispatcher),
    maxAttempts: 1,
    disableHostPrefix: true,
    forcePathStyle: true,
  });
}

function commandOf(sdk: object, name: string, input: object): unknown {
  const constructor = (sdk as Record<string, Constructor<object>>)[`${name}Command`];
  if (!constructor) throw new Error(`expected the SDK to export ${name}Command`);
  return new constructor(input);
}

/** Bytes of any kind as plain arrays, for comparison. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== undefined)
      .map(([key, each]) => [key, plain(each)]),
  );
}

async function collected(output: Record<string, unknown>): Promise<unknown> {
  const entries = Object.entries(output).map(async ([name, value]) => {
    const stream = value as { transformToByteArray?: () => Promise<Uint8Array> } | null;
    return [name, stream?.transformToByteArray ? await stream.transformToByteArray() : value] as const;
  });
  return plain(Object.fromEntries(await Promise.all(entries)));
}
