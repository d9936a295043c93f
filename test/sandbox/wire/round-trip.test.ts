import { describe, expect, it } from 'vitest';
import { CATALOGUE } from '../../../sandbox/wire/catalogue.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import { readModel, type OperationModel } from '../../../sandbox/wire/service-model.ts';
import { echoWorld } from './support/echo-world.ts';
import { generate } from './support/generate.ts';
import { plain } from './support/plain.ts';
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

/** Input members that the client's middleware checks, computes or rewrites, so that no invented value gets through. */
const NOT_INVENTED = [
  /^Checksum(?!Mode|Type)/,
  /MD5$/,
  /^(CopySource)?SSECustomerKey/,
  /^ContentLength$/,
  /^EndpointId$/,
  /^MessageBody$/,
];

/** Output members that the client adds, or sets by what travels. */
const ADDED_BY_CLIENT = ['Expires', 'ExpiresString'];

/** Operations that are signed for another service than the client's own, which the sandbox does not play. */
const SIGNED_FOR_ANOTHER = new Set(['ListDirectoryBuckets']);

/** Operations whose client compares the answer with what it sent. */
const CHECKED_BY_CLIENT = new Set(['SendMessage', 'SendMessageBatch', 'ReceiveMessage']);

describe.each(CATALOGUE)('$id', async (facts) => {
  const sdk = await SDKS[facts.id]();
  const model = readModel(facts, sdk);
  const left = [EVENT_STREAMS, CHECKED_BY_CLIENT, SIGNED_FOR_ANOTHER];
  const names = [...model.operations.keys()].filter((name) => !left.some((names) => names.has(name)));

  it.each(names)('%s reads what the SDK client writes, and writes what it reads', async (name) => {
    const operation = model.operations.get(name) as OperationModel;
    const output = operation.output.isStructSchema() ? (generate(operation.output) as Record<string, unknown>) : {};
    const echo = echoWorld(() => output);
    const input = operation.input.isStructSchema() ? invented(operation) : {};
    const received = await clientOf(sdk, createDispatcher(echo.world)).send(commandOf(sdk, name, input));
    expect(echo.last().operation).toBe(name);
    expect(plain(echo.last().input)).toMatchObject(plain(input) as object);
    const { $metadata: _, ...rest } = received;
    expect(without(ADDED_BY_CLIENT, await collected(rest))).toEqual(without(ADDED_BY_CLIENT, plain(output)));
  });
});

function invented(operation: OperationModel): Record<string, unknown> {
  const all = Object.entries(generate(operation.input) as object);
  return Object.fromEntries(all.filter(([name]) => !NOT_INVENTED.some((pattern) => pattern.test(name))));
}

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

function without(names: readonly string[], value: unknown): unknown {
  return Object.fromEntries(Object.entries(value as object).filter(([name]) => !names.includes(name)));
}

async function collected(output: Record<string, unknown>): Promise<unknown> {
  const entries = Object.entries(output).map(async ([name, value]) => {
    const stream = value as { transformToByteArray?: () => Promise<Uint8Array> } | null;
    return [name, stream?.transformToByteArray ? await stream.transformToByteArray() : value] as const;
  });
  return plain(Object.fromEntries(await Promise.all(entries)));
}
