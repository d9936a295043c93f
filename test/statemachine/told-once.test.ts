import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Pipeline, type Saved } from '../support/pipeline.ts';
import { AT_ONCE, SLOW } from '../support/policies.ts';

const MINUTE = 60_000;
const ANA = { kind: 'role', roleName: 'Ops', sessionName: 'ana' } as const;

let before: Saved;
let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([AT_ONCE]);
  for (const version of ['1.0.0', '1.1.0']) await pipeline.release(version);
  before = pipeline.save();
  await pipeline.close();
});
beforeEach(async () => {
  pipeline = await Pipeline.start({ from: before });
});
afterEach(() => pipeline.close());

const clock = () => pipeline.sandbox.world.clock;
const told = (about: string) => JSON.stringify(pipeline.webhook).split(`"text":"orders ${about}`).length - 1;
const roleOf = (state: string) => pipeline.resource(new RegExp(`^${state}Role[0-9A-F]{8}$`));
/** The step's function dies once: when the call begins, or when it has had its effect. */
function killOnce(state: string, match: object, when: 'before' | 'after'): void {
  const action = { kind: 'killFunction', function: pipeline.functionOf(state), when } as const;
  pipeline.sandbox.faults.add({ on: 'call', times: 1, match: { ...match, caller: roleOf(state) }, action });
}

/** Somebody moves the alias back by hand, which CloudTrail reports. */
async function somebodyMoves(): Promise<void> {
  const iam = new IAMClient(pipeline.clientConfig);
  const allow = (more: object) => JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] });
  const trust = allow({ Principal: { AWS: 'arn:aws:iam::123456789012:root' }, Action: 'sts:AssumeRole' });
  await iam.send(new CreateRoleCommand({ RoleName: 'Ops', AssumeRolePolicyDocument: trust }));
  const PolicyDocument = allow({ Action: 'lambda:UpdateAlias', Resource: '*' });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'Ops', PolicyName: 'ops', PolicyDocument }));
  const input = { FunctionName: 'orders', Name: 'production', FunctionVersion: '1' };
  await pipeline.sandbox.world.call('Lambda', 'UpdateAlias', input, ANA);
}
/** A release that waits for its turn, and whose execution is stopped. */
async function stoppedWaiter(): Promise<void> {
  await pipeline.setPolicy([SLOW]);
  const arns: string[] = [];
  for (const [version, state] of [
    ['1.2.0', 'Bake'],
    ['1.3.0', 'WaitForTurn'],
  ] as const) {
    const earlier = (await pipeline.executions()).length;
    await pipeline.upload(version);
    const arn = await pipeline.until(async () => (await pipeline.executions())[earlier]);
    await pipeline.until(async () => ((await pipeline.states(arn)).includes(state) ? true : undefined));
    arns.push(arn);
  }
  await clock().sleep(2_000);
  await new SFNClient(pipeline.clientConfig).send(new StopExecutionCommand({ executionArn: arns[1] }));
}

/** Which update it is that follows the telling. */
const NOTED = { service: 'DynamoDB', operation: 'UpdateItem', input: { UpdateExpression: 'SET told = :yes' } };
const LEFT = { service: 'DynamoDB', operation: 'DeleteItem' };

describe('a process that dies between telling people and noting it', () => {
  it.each([
    { name: 'when it begins to note it', when: 'before' as const },
    { name: 'when it has noted it', when: 'after' as const },
  ])('RecordAliasChange, $name: tells once by each channel', async ({ when }) => {
    killOnce('RecordAliasChange', NOTED, when);
    await somebodyMoves();
    await clock().sleep(10 * MINUTE);
    expect(told('1.1.0 was moved by somebody else')).toBe(1);
    expect(pipeline.published()).toBe(1);
    const changes = (await pipeline.items()).filter(({ sk }) => sk.startsWith('change#'));
    expect(changes).toMatchObject([{ told: true }]);
  });

  it.each([
    { name: 'when it begins to take it from the queue', when: 'before' as const },
    { name: 'when it has taken it from the queue', when: 'after' as const },
  ])('Reconcile, of a release that died waiting, $name: tells once by each channel', async ({ when }) => {
    killOnce('Reconcile', LEFT, when);
    await stoppedWaiter();
    await clock().sleep(12 * MINUTE);
    expect(told('1.3.0 was refused')).toBe(1);
    expect(pipeline.published()).toBe(1);
    expect((await pipeline.items()).filter(({ pk }) => pk === 'queue')).toEqual([]);
  });
});

describe('a process that dies when a channel has taken a notice, before it can note that', () => {
  it('tells again, under the same id: at least once', async () => {
    const received: string[] = [];
    pipeline.sandbox.world.observe(({ service, operation, input }) => {
      if (service !== 'SNS' || operation !== 'Publish') return;
      received.push((JSON.parse((input as { Message: string }).Message) as { id: string }).id);
    });
    killOnce('RecordAliasChange', { service: 'SNS', operation: 'Publish' }, 'after');
    await somebodyMoves();
    await clock().sleep(10 * MINUTE);
    expect(received).toHaveLength(2);
    expect(received[0]).toMatch(/^alias-change\/orders\/production\//);
    expect(new Set(received).size).toBe(1);
  });
});
