import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Pipeline, zipOf } from '../support/pipeline.ts';

const QUEUES = 'arn:aws:sqs:us-east-1:123456789012';

let pipeline: Pipeline;
let lambda: LambdaClient;
/** The policy keeps one version; 1.0.0 and 1.1.0 are versions 1 and 2. */
beforeAll(async () => {
  pipeline = await Pipeline.start();
  lambda = new LambdaClient(pipeline.clientConfig);
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' }, retention: { keepVersions: 1 } }]);
  for (const version of ['1.0.0', '1.1.0']) await pipeline.release(version);
});
afterAll(() => pipeline.close());

const feed = async (FunctionName: string, queue: string) =>
  (await lambda.send(new CreateEventSourceMappingCommand({ FunctionName, EventSourceArn: `${QUEUES}:${queue}` })))
    .UUID ?? '';
const versions = async () =>
  ((await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'orders' }))).Versions ?? [])
    .map(({ Version = '' }) => Version)
    .filter((version) => version !== '$LATEST');
const evidenceOf = async (arn: string, state: string) => {
  const rollout = (await pipeline.rollouts()).find(({ execution }) => execution === arn);
  return (await pipeline.items()).find((one) => one.pk === `rollout#${rollout?.id}` && one['state'] === state)?.[
    'entry'
  ];
};
/** More mappings than one page of the list holds, all of another function. */
async function feedAnother(): Promise<void> {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'orders' }));
  const Role = Configuration?.Role;
  const code = { Code: { ZipFile: await zipOf({ 'index.mjs': 'export const handler = () => 1;' }) } };
  const settings = { Runtime: 'nodejs22.x', Handler: 'index.handler', Role } as const;
  await lambda.send(new CreateFunctionCommand({ FunctionName: 'orders-2', ...settings, ...code }));
  for (let i = 0; i < 101; i++) await feed('orders-2', `other-${i}`);
}

describe('an event source that names a version', () => {
  it('is warned of, and keeps its version from being deleted for as long as it is there', async () => {
    await feedAnother();
    const uuid = await feed('orders:1', 'jobs');
    const pinned = await pipeline.release('1.2.0');
    expect(pinned.status).toBe('SUCCEEDED');
    expect(await evidenceOf(pinned.arn, 'CheckReadiness')).toMatchObject({
      findings: [
        {
          severity: 'warn',
          message: `expected event source mapping ${uuid} to name the alias production, got version 1; it will not meet the new release`,
        },
      ],
    });
    await pipeline.release('1.3.0');
    expect(await versions()).toEqual(['1', '3', '4']);
    const { arn } = await pipeline.release('1.4.0');
    expect(await evidenceOf(arn, 'PruneVersions')).toMatchObject({
      kept: expect.arrayContaining([{ version: '1', why: `event source mapping ${uuid}` }]) as object,
    });
    expect((await lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }))).State).toBe('Enabled');
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID: uuid }));
    await pipeline.release('1.5.0');
    expect(await versions()).toEqual(['5', '6']);
  });

  it('is none of this function, where another function’s name begins like it', async () => {
    await feed('orders:production', 'alias');
    const { arn, status } = await pipeline.release('1.6.0');
    expect(status).toBe('SUCCEEDED');
    expect(await evidenceOf(arn, 'CheckReadiness')).toMatchObject({ findings: [] });
  });
});
