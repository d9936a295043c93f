import {
  AddPermissionCommand,
  CreateEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  LambdaClient,
  PutProvisionedConcurrencyConfigCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline, zipOf } from '../support/pipeline.ts';

/** A release under this policy moves the event source, changes a variable and locks old versions down. */
const POLICY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'allAtOnce' },
  configuration: { variables: { MODE: 'new' } },
  eventSources: 'move',
};

let pipeline: Pipeline;
let lambda: LambdaClient;
let uuid: string;
/** What writes Lambda got, in order. */
const writes: string[] = [];
const WRITES =
  /^(UpdateAlias|UpdateFunctionCode|UpdateFunctionConfiguration|UpdateEventSourceMapping|AddPermission|RemovePermission)/;

/** 1.0.0 and 1.0.1 are in place; $LATEST has a variable, a queue feeds the bare function, version 1 may be invoked. */
beforeAll(async () => {
  pipeline = await Pipeline.start();
  lambda = new LambdaClient(pipeline.sandbox.clientConfig);
  pipeline.sandbox.world.observe(({ service, operation, error }) => {
    if (service === 'Lambda' && WRITES.test(operation) && !error) writes.push(operation.replace(/\d+(v\d)?$/, ''));
  });
});
afterAll(() => pipeline.close());
beforeEach(() => {
  writes.length = 0;
  pipeline.webhook.length = 0;
});

async function latest() {
  const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: 'orders' }));
  return { sha: Configuration?.CodeSha256, variables: Configuration?.Environment?.Variables ?? {} };
}
const feeds = async () =>
  (await lambda.send(new GetEventSourceMappingCommand({ UUID: uuid }))).FunctionArn?.split(':').slice(6);
const mayInvoke = async (Qualifier: string) =>
  (
    JSON.parse((await lambda.send(new GetPolicyCommand({ FunctionName: 'orders', Qualifier }))).Policy ?? '{}') as {
      Statement: object[];
    }
  ).Statement;
/** Until Lambda has done what it was asked, capacity and all. */
const rest = () => pipeline.sandbox.world.clock.sleep(300_000);
const setVariables = async (Variables: Record<string, string>) => {
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: 'orders', Environment: { Variables } }));
  await rest();
};
/** What the alias asks to be kept ready, and whether it is. */
const capacity = async () => {
  const command = new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'orders', Qualifier: 'production' });
  const { RequestedProvisionedConcurrentExecutions: asked, Status } = await lambda.send(command);
  return `${asked} ${Status}`;
};
const everything = async () => ({
  ...(await latest()),
  feeds: await feeds(),
  policy: await mayInvoke('1'),
  capacity: await capacity(),
});
const told = () => JSON.stringify(pipeline.webhook.at(-1));

/** What Reconcile wrote into the evidence of an execution's rollout. */
async function reconciledBy(arn: string) {
  const rollout = (await pipeline.rollouts()).find(({ execution }) => execution === arn);
  const items = (await pipeline.items()).filter(({ pk }) => pk === `rollout#${rollout?.id}`);
  return items.filter(({ state, key }) => state === 'Reconcile' && key === undefined);
}

async function started(version: string): Promise<string> {
  const before = (await pipeline.executions()).length;
  await pipeline.upload(version);
  return pipeline.until(async () => (await pipeline.executions())[before]);
}

describe('a first release that is rolled back', () => {
  it('gives $LATEST the code back that no release had brought, from a copy', async () => {
    const before = await latest();
    await pipeline.setPolicy([{ ...POLICY, eventSources: 'refuse' }]);
    const mend = pipeline.breakStep('CompleteRollout');
    expect((await pipeline.release('1.0.0')).states.at(-1)).toBe('RolledBack');
    mend();
    await rest();
    expect(await latest()).toEqual(before);
    expect(await pipeline.serves()).toBeUndefined();
    expect(await pipeline.objectVersions('saved/orders/')).toHaveLength(1);
    expect(told()).toMatch(
      /Also as before.*environment variables of \$LATEST \(.*MODE.*\): as before.*code of \$LATEST: as before/,
    );
  });
});

describe('a release that changes more than traffic', () => {
  beforeAll(async () => {
    await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' } }]);
    for (const version of ['1.0.1', '1.0.2']) await pipeline.release(version);
    await setVariables({ MODE: 'old', KEEP: '1' });
    const queue = `arn:aws:sqs:us-east-1:${pipeline.sandbox.world.accountId}:jobs`;
    const mapping = { FunctionName: 'orders', EventSourceArn: queue };
    uuid = (await lambda.send(new CreateEventSourceMappingCommand(mapping))).UUID ?? '';
    const permission = { StatementId: 'old', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' };
    await lambda.send(
      new AddPermissionCommand({
        FunctionName: 'orders',
        Qualifier: '1',
        ...permission,
        SourceArn: 'arn:aws:events:us-east-1:123456789012:rule/nightly',
      }),
    );
    const keptReady = { FunctionName: 'orders', Qualifier: 'production', ProvisionedConcurrentExecutions: 3 };
    await lambda.send(new PutProvisionedConcurrencyConfigCommand(keptReady));
    await pipeline.eventually(capacity, (now) => now === '3 READY');
    await pipeline.setPolicy([POLICY]);
  }, 60_000);

  it('takes everything back when it is refused after it was published, the last change first', async () => {
    const before = await everything();
    const mend = pipeline.breakStep('VerifyCandidate', 'InvalidReleaseError');
    expect((await pipeline.release('1.1.0')).states.at(-1)).toBe('Rejected');
    mend();
    await rest();
    expect(await everything()).toEqual(before);
    expect(writes).toEqual([
      'UpdateEventSourceMapping',
      'UpdateFunctionCode',
      'UpdateFunctionConfiguration',
      'UpdateFunctionConfiguration',
      'UpdateFunctionCode',
      'UpdateEventSourceMapping',
    ]);
    expect(told()).toMatch(
      /Also as before.*variables of \$LATEST \(KEEP, MODE\): as before.*code of \$LATEST: as before.*event source mapping .* of arn:aws:sqs:.*jobs: as before/,
    );
    expect(told()).not.toMatch(/Not taken back/);
  });

  it('restores the alias first when it is rolled back after the promotion, then the rest, and gives permissions back', async () => {
    const before = await everything();
    const mend = pipeline.breakStep('CompleteRollout');
    expect((await pipeline.release('1.2.0')).states.at(-1)).toBe('RolledBack');
    mend();
    await rest();
    expect(await everything()).toEqual(before);
    expect(writes.slice(-6)).toEqual([
      'RemovePermission',
      'UpdateAlias',
      'AddPermission',
      'UpdateFunctionConfiguration',
      'UpdateFunctionCode',
      'UpdateEventSourceMapping',
    ]);
    expect(told()).toMatch(
      /permission old on version 1: as before.*provisioned concurrency of alias production: 3 as before/,
    );
  });

  it('takes everything back when its execution is stopped', async () => {
    const before = await everything();
    await pipeline.setPolicy([{ ...POLICY, finalBakeMinutes: 30 }]);
    const executionArn = await started('1.3.0');
    await pipeline.eventually(
      () => pipeline.states(executionArn),
      (states) => states.includes('Promote') && states.includes('Bake'),
    );
    expect(await feeds()).toEqual(['orders', 'production']);
    await new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn }));
    await pipeline.eventually(
      () => pipeline.lockOwner(),
      (owner) => owner === '',
    );
    await rest();
    await pipeline.setPolicy([POLICY]);
    expect(await everything()).toEqual(before);
    expect(told()).toMatch(/stopped and put right.*Also as before.*code of \$LATEST: as before/);
  });

  it('leaves alone what somebody changed meanwhile, names it, and takes the rest back', async () => {
    const before = await everything();
    const mend = pipeline.breakStep('VerifyCandidate', 'TransientAwsError');
    const arn = await started('1.4.0');
    await pipeline.eventually(
      () => pipeline.states(arn),
      (states) => states.includes('VerifyCandidate'),
    );
    await setVariables({ MODE: 'mine' });
    expect((await pipeline.outcome(arn)).states.at(-1)).toBe('Rejected');
    mend();
    await rest();
    expect(await everything()).toEqual({ ...before, variables: { MODE: 'mine' } });
    expect(told()).toMatch(
      /Not taken back.*variables of \$LATEST .*somebody changed them since, so it is left as it is/,
    );
    expect(told()).not.toContain('mine');
    await setVariables(before.variables);
  });

  it('keeps events away from $LATEST when its code could not be taken back', async () => {
    const before = await everything();
    const mend = pipeline.breakStep('VerifyCandidate', 'TransientAwsError');
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = () => "mine";' });
    const arn = await started('1.5.0');
    await pipeline.eventually(
      () => pipeline.states(arn),
      (states) => states.includes('VerifyCandidate'),
    );
    const deployed = () => lambda.send(new UpdateFunctionCodeCommand({ FunctionName: 'orders', ZipFile }));
    await pipeline.sandbox.world.clock.held('request', deployed);
    await pipeline.outcome(arn);
    mend();
    await rest();
    const after = await everything();
    expect(after.sha).not.toBe(before.sha);
    expect(after.feeds).toEqual(['orders', 'production']);
    expect(after.variables).toEqual(before.variables);
    expect(told()).toMatch(/code of \$LATEST: somebody deployed other code since.*mapping .*it stays at .*:production/);
  });

  it('takes everything back when RollBack never works: the machine the alias, Reconcile the rest', async () => {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID: uuid, FunctionName: 'orders' }));
    await rest();
    writes.length = 0;
    const before = { ...(await latest()), feeds: await feeds() };
    const serving = await pipeline.serves();
    const mend = ['CompleteRollout', 'RollBack'].map((state) => pipeline.breakStep(state));
    const { states, cause, arn } = await pipeline.release('1.3.1');
    for (const one of mend) one();
    expect(states.slice(-5)).toEqual(['RollBack', 'StillOurs', 'RestoreAlias', 'NotifyRollback', 'RolledBack']);
    expect(cause).toContain('the state machine restored the alias itself');
    await pipeline.eventually(
      () => pipeline.lockOwner(),
      (owner) => owner === '',
    );
    await rest();
    expect(await pipeline.serves()).toBe(serving);
    expect({ ...(await latest()), feeds: await feeds() }).toEqual(before);
    expect(writes.filter((write) => write === 'UpdateEventSourceMapping')).toHaveLength(2);
    const [first, second] = pipeline.webhook.map((message) => JSON.stringify(message));
    expect(first).toMatch(
      /1\.3\.1 was rolled back in production.*CompleteRollout is broken on purpose \(CompleteRollout\)/,
    );
    expect(first).not.toContain('trace');
    expect(second).toMatch(/CompleteRollout is broken on purpose.*Not taken back.*version 4: it was deleted/);
    expect(pipeline.webhook).toHaveLength(2);
    const [put] = await reconciledBy(arn);
    expect(JSON.stringify(put)).toMatch(/code of \$LATEST: as before.*event source mapping .*: as before/);
    const current = (await pipeline.items()).find(({ pk }) => pk === 'current#orders#production');
    expect(current).toMatchObject({ lambdaVersion: serving });
    expect((await pipeline.items()).filter(({ pk }) => pk === 'open')).toEqual([]);
  });
});
