import { RedriveExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { codeOf, Pipeline, type Saved } from '../support/pipeline.ts';
import { AT_ONCE, SLOW } from '../support/policies.ts';

let before: Saved;
let pipeline: Pipeline;
/** Every test begins with 1.0.0, version 1, in production. */
beforeAll(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([AT_ONCE]);
  await pipeline.release('1.0.0');
  before = pipeline.save();
  await pipeline.close();
});
beforeEach(async () => {
  pipeline = await Pipeline.start({ from: before });
  await pipeline.setPolicy([SLOW]);
});
afterEach(() => pipeline.close());

const clock = () => pipeline.sandbox.world.clock;
const told = () => pipeline.webhook.map((message) => (message as { text: string }).text);
const recordOf = async (arn: string) =>
  (await pipeline.rollouts()).find(({ execution }) => execution === arn) as RolloutRecord;

/** Stops the execution when it is about to invoke a step, the next time. */
function stopAt(state: string): void {
  const stateMachine = pipeline.stack.outputs['StateMachineArn'] ?? '';
  pipeline.sandbox.faults.add({
    on: 'call',
    match: { service: 'Lambda', operation: 'Invoke', function: pipeline.functionOf(state) },
    times: 1,
    action: { kind: 'stopExecution', stateMachine, when: 'before' },
  });
}

/** Uploads 1.1.0, whose execution is stopped in a state, and waits until Reconcile has put that right. */
async function putRight(state: string): Promise<string> {
  stopAt(state);
  const { arn, status, states } = await pipeline.release('1.1.0');
  expect([status, states.at(-1)]).toEqual(['ABORTED', state]);
  await pipeline.until(async () => ((await recordOf(arn)).told ? true : undefined));
  await clock().sleep(120_000);
  expect(await pipeline.serves()).toBe('1');
  return arn;
}

/** What becomes of an execution that somebody redrives. */
async function redriven(executionArn: string) {
  await new SFNClient(pipeline.clientConfig).send(new RedriveExecutionCommand({ executionArn }));
  const outcome = await pipeline.outcome(executionArn);
  await clock().sleep(11 * 60_000);
  return outcome;
}

/** Changes of the function, its versions and aliases that the pipeline makes from now on. */
function changes(): string[] {
  const made: string[] = [];
  pipeline.sandbox.world.observe(({ service, operation, principal }) => {
    const changing = service === 'Lambda' && !/^(Get|List|Invoke)/.test(operation);
    if (changing && principal.kind === 'role') made.push(operation);
  });
  return made;
}

const OVER = 'it was redriven after its rollout had been put right';

describe('an execution that is redriven after Reconcile has put right what it left', () => {
  it.each([
    { state: 'EvaluateHealth' },
    { state: 'CheckReadiness' },
    { state: 'PublishVersion' },
    { state: 'VerifyCandidate' },
  ])('changes nothing, tells nobody again, and says why it fails: $state', async ({ state }) => {
    const arn = await putRight(state);
    const [ledger, words] = [await pipeline.items(), told()];
    expect(words).toHaveLength(1);
    const made = changes();
    const outcome = await redriven(arn);
    expect(outcome).toMatchObject({ status: 'FAILED', cause: expect.stringContaining(OVER) as string });
    expect(told()).toEqual(words);
    expect(made).toEqual([]);
    expect(await pipeline.items()).toEqual(ledger);
    expect([await pipeline.serves(), await pipeline.lockOwner()]).toEqual(['1', '']);
    await pipeline.setPolicy([AT_ONCE]);
    expect((await pipeline.release('1.1.0')).status).toBe('SUCCEEDED');
    expect(await pipeline.serves()).toBe('2');
  });

  it('leaves a later release alone that serves the same version', async () => {
    pipeline.sandbox.faults.add({
      on: 'call',
      match: { service: 'Lambda', operation: 'UpdateAlias', caller: '*-PromoteRole????????-*' },
      times: 1,
      action: { kind: 'fail', code: 'AccessDeniedException', status: 403 },
    });
    await pipeline.setPolicy([AT_ONCE]);
    const arn = await putRight('RollBack');
    expect((await pipeline.release('1.2.0', await codeOf('1.1.0'))).status).toBe('SUCCEEDED');
    expect(await pipeline.serves()).toBe('2');
    await redriven(arn);
    expect(await pipeline.serves()).toBe('2');
    const mend = pipeline.breakStep('RollBack');
    const broken = await redriven(arn);
    mend();
    expect(broken.states).not.toContain('RestoreAlias');
    expect(await pipeline.serves()).toBe('2');
    expect(told()).toHaveLength(1);
  });
});

describe('an execution that is redriven before anybody has looked', () => {
  it('goes on, and its rollout is promoted', async () => {
    pipeline.sandbox.faults.add({ on: 'event', match: { source: 'aws.states' }, action: { kind: 'drop' } });
    await pipeline.setPolicy([{ ...SLOW, strategy: { type: 'canary', percent: 10, minutes: 2 } }]);
    await pipeline.upload('1.1.0');
    const arn = await pipeline.until(async () => (await pipeline.executions())[1]);
    await pipeline.until(async () => ((await pipeline.states(arn)).at(-1) === 'Bake' ? true : undefined));
    await new SFNClient(pipeline.clientConfig).send(new StopExecutionCommand({ executionArn: arn }));
    expect((await redriven(arn)).status).toBe('SUCCEEDED');
    expect(await pipeline.serves()).toBe('2');
    expect(await recordOf(arn)).toMatchObject({ status: 'promoted' });
    expect(told()).toEqual([]);
  });
});
