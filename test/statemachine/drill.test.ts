import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DisableRuleCommand, EnableRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DRILL_POLICY } from '../../domain/drill/drill.ts';
import type { DrillRecord } from '../../functions/drill/records.ts';
import { type Outcome, Pipeline } from '../support/pipeline.ts';

/** The drill function's own code runs, in processes of its own: what is uploaded is what answers. */
let pipeline: Pipeline;
let first: Outcome;
beforeAll(async () => {
  pipeline = await Pipeline.start({ with: { drill: {} } });
  first = await drill();
});
afterAll(() => pipeline.close());

const CANDIDATE = /^1\.20260101\.\d+$/;

describe('a fire drill', () => {
  it('passes: the bad candidate is rolled back, people are told, and it says how long it took', async () => {
    expect(first.states.at(-1)).toBe('DrillPassed');
    expect(first.output).toMatchObject({ outcome: 'DrillPassed', recoverySeconds: 120, reactionSeconds: 0 });
    const [record] = await records();
    expect(record).toMatchObject({
      status: 'passed',
      by: 'ana',
      candidate: expect.stringMatching(CANDIDATE) as string,
    });
    const checks = record?.checks?.map(({ name, ok }) => [name, ok]);
    const names = ['rollback', 'verdict', 'alias', 'ledger', 'notification', 'reaction', 'recovery'];
    expect(checks).toEqual(names.map((name) => [name, true]));
    expect(record?.traffic?.failed).toBeGreaterThan(50);
    expect(await serves()).toBe('1');
  });

  it('marks what it makes the pipeline say, so that nobody is woken', () => {
    expect(JSON.stringify(pipeline.webhook[0])).toMatch(
      /Fire drill: Weighbridge-Drill 1\.20260101\.\d+ was rolled back/,
    );
  });

  it('comes back to the same baseline the next time, and starts on a schedule as well', async () => {
    const { states } = await drill({ 'detail-type': 'Scheduled Event', detail: {} });
    expect(states.filter((name) => name === 'PrepareDrill')).toHaveLength(1);
    expect(states.at(-1)).toBe('DrillPassed');
    const [before, now] = await records();
    expect(now).toMatchObject({ by: 'schedule', baseline: before?.baseline });
  });

  it('is refused while another runs, and says so', async () => {
    const running = drill();
    await pipeline.sandbox.world.clock.sleep(20_000);
    const { states, cause } = await drill();
    expect(states.at(-1)).toBe('DrillFailed');
    expect(cause).toMatch(/expected to be the only drill, got drill .* under way/);
    expect((await running).states.at(-1)).toBe('DrillPassed');
  });
});

describe('a fire drill fails and says why', () => {
  it('when RollBack is broken, although the machine itself restores the alias', async () => {
    const mend = pipeline.breakStep('RollBack');
    const { states, cause } = await drill();
    mend();
    expect(states.at(-1)).toBe('DrillFailed');
    expect(cause).toMatch(/rollback: expected RollBack to restore, got restoredNatively \(rolledBack/);
    expect(await serves()).toBe('1');
    expect((await records()).at(-1)).toMatchObject({ status: 'failed', reason: cause });
    expect(JSON.stringify(pipeline.webhook.at(-1))).toContain('FAILED ITS FIRE DRILL');
  });

  it('when a notification cannot be delivered', async () => {
    pipeline.webhookAnswers = 404;
    const { cause } = await drill();
    pipeline.webhookAnswers = 200;
    expect(cause).toMatch(/notification: expected one, delivered, got 1 \(sns delivered, slack failed\)$/);
  });

  it('when the pipeline lets the bad candidate through, and puts the baseline back', async () => {
    const [production] = DRILL_POLICY.environments;
    const blind = { ...production, strategy: { type: 'allAtOnce' }, health: { errors: false, throttles: false } };
    await setPolicy({ environments: [blind] });
    const { states, cause } = await drill();
    await setPolicy(DRILL_POLICY);
    expect(states.slice(-4)).toEqual(['RestoreBaseline', 'RecordDrill', 'DrillEnded', 'DrillFailed']);
    expect(cause).toMatch(/rollback: expected rolledBack, got promoted; verdict: .*alias: expected version 1 alone/);
    expect(await serves()).toBe('1');
    expect((await drill()).states.at(-1)).toBe('DrillPassed');
  });

  it('when the upload starts nothing', async () => {
    const Name = pipeline
      .resource(/^UploadRule[0-9A-F]{8}$/)
      .split('|')
      .at(-1);
    const events = new EventBridgeClient(pipeline.sandbox.clientConfig);
    await events.send(new DisableRuleCommand({ Name }));
    const { cause } = await drill();
    await events.send(new EnableRuleCommand({ Name }));
    expect(cause).toMatch(/rollback: expected rolledBack, got no rollout at all/);
  });

  it('when its own traffic cannot be sent', async () => {
    const mend = pipeline.breakStep('DriveTraffic');
    const { states, cause } = await drill();
    mend();
    expect(states.slice(-5)).toContain('RestoreBaseline');
    expect(cause).toMatch(/DriveTraffic is broken on purpose \(DriveTraffic\)/);
  });
});

async function drill(input: object = { drill: { by: 'ana' } }): Promise<Outcome> {
  const sfn = new SFNClient(pipeline.sandbox.clientConfig);
  const stateMachineArn = pipeline.stack.outputs['DrillMachineArn'];
  const { executionArn = '' } = await sfn.send(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  return pipeline.outcome(executionArn);
}

async function records(): Promise<DrillRecord[]> {
  const drills = (await pipeline.items()).filter(({ pk }) => pk === 'drill');
  return drills.sort((a, b) => (a.sk < b.sk ? -1 : 1)) as unknown as DrillRecord[];
}

async function serves(): Promise<string | undefined> {
  const at = { FunctionName: pipeline.stack.outputs['DrillFunctionName'], Name: 'production' };
  const alias = await new LambdaClient(pipeline.sandbox.clientConfig).send(new GetAliasCommand(at));
  return Object.keys(alias.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0 ? 'split' : alias.FunctionVersion;
}

async function setPolicy(policy: object): Promise<void> {
  const Name = `/weighbridge/${pipeline.stack.outputs['DrillFunctionName']}`;
  const stored = { Name, Value: JSON.stringify(policy), Type: 'String', Overwrite: true } as const;
  await new SSMClient(pipeline.sandbox.clientConfig).send(new PutParameterCommand(stored));
}
