import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import * as cloudWatch from '@aws-sdk/client-cloudwatch';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as sqs from '@aws-sdk/client-sqs';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { CATALOGUE } from '../../../sandbox/wire/catalogue.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import { readModel } from '../../../sandbox/wire/service-model.ts';
import { echoWorld, type Reply } from './support/echo-world.ts';
import { generate } from './support/generate.ts';
import { plain } from './support/plain.ts';

/** Protocols that the pinned JavaScript clients do not speak, but the AWS CLI, boto3 and older clients do. */
const CASES = [
  {
    name: 'CloudWatch in awsQuery',
    id: 'CloudWatch',
    sdk: cloudWatch,
    client: CloudWatchClient,
    protocol: AwsQueryProtocol,
  },
  {
    name: 'CloudWatch in rpcv2Cbor',
    id: 'CloudWatch',
    sdk: cloudWatch,
    client: CloudWatchClient,
    protocol: AwsSmithyRpcV2CborProtocol,
  },
  { name: 'SQS in awsQuery', id: 'SQS', sdk: sqs, client: SQSClient, protocol: AwsQueryProtocol },
] as const;

type Case = (typeof CASES)[number];
type Client = { send(command: unknown): Promise<Record<string, unknown>> };

/** Operations whose answers the SQS client compares with what it sent. */
const CHECKED_BY_CLIENT = new Set(['SendMessage', 'SendMessageBatch', 'ReceiveMessage']);

function clientOf(one: Case, reply?: Reply) {
  const facts = CATALOGUE.find((each) => each.id === one.id);
  const echo = echoWorld(reply);
  const settings = {
    defaultNamespace: one.id === 'SQS' ? 'com.amazonaws.sqs' : 'com.amazonaws.cloudwatch',
    xmlNamespace: facts?.xmlNamespace,
    version: facts?.version,
    serviceTarget: facts?.target,
    awsQueryCompatible: one.protocol === AwsSmithyRpcV2CborProtocol,
  };
  const client = new one.client({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    requestHandler: inProcessHandler(createDispatcher(echo.world)),
    maxAttempts: 1,
    protocol: one.protocol as never,
    protocolSettings: settings,
  }) as unknown as Client;
  return { client, ...echo };
}

function commandOf(one: Case, name: string, input: object): unknown {
  const constructors = one.sdk as unknown as Record<string, new (input: object) => object>;
  const constructor = constructors[`${name}Command`];
  if (!constructor) throw new Error(`expected the SDK to export ${name}Command`);
  return new constructor(input);
}

describe.each(CASES)('$name', (one) => {
  const facts = CATALOGUE.find((each) => each.id === one.id);
  if (!facts) throw new Error(`expected ${one.id} in the catalogue`);
  const operations = [...readModel(facts, one.sdk).operations.values()].filter(
    ({ name }) => !CHECKED_BY_CLIENT.has(name),
  );

  it.each(operations)(
    '$name reads what the client writes, and writes what it reads',
    async ({ name, input, output }) => {
      const answer = output.isStructSchema() ? (generate(output) as object) : {};
      const wire = clientOf(one, () => answer);
      const asked = input.isStructSchema() ? (generate(input) as object) : {};
      const { $metadata: _, ...received } = await wire.client.send(commandOf(one, name, asked));
      expect(wire.last().operation).toBe(name);
      expect(plain(wire.last().input)).toEqual(plain(asked));
      expect(plain(received)).toEqual(plain(answer));
    },
  );
});

describe.each(CASES.slice(0, 2))('an error of $name', (one) => {
  it('has the code and message that the client looks for', async () => {
    const { client } = clientOf(one, () => {
      throw new AwsError('ResourceNotFound', 'Unknown alarm <x>');
    });
    const sent = client.send(commandOf(one, 'SetAlarmState', { AlarmName: 'a', StateValue: 'OK', StateReason: 'r' }));
    await expect(sent).rejects.toMatchObject({ name: 'ResourceNotFound', message: 'Unknown alarm <x>' });
  });
});
