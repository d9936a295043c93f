import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPorts } from '../../functions/aws/ports.ts';
import { reconcileInput } from '../../functions/inputs.ts';
import { reconcile } from '../../functions/reconcile.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { Pipeline, type Saved } from '../support/pipeline.ts';
import { AT_ONCE, SLOW } from '../support/policies.ts';

const MINUTE = 60_000;

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
const told = (about = '') =>
  pipeline.webhook.map((message) => (message as { text: string }).text).filter((text) => text.includes(about));
const recordOf = async (arn: string) =>
  (await pipeline.rollouts()).find(({ execution }) => execution === arn) as RolloutRecord;
const stop = (executionArn: string) =>
  new SFNClient(pipeline.clientConfig).send(new StopExecutionCommand({ executionArn }));

/** Uploads, and waits until the execution has entered a state. */
async function under(state: string, version: string): Promise<string> {
  const earlier = (await pipeline.executions()).length;
  await pipeline.upload(version);
  const arn = await pipeline.until(async () => (await pipeline.executions())[earlier]);
  await pipeline.until(async () => ((await pipeline.states(arn)).includes(state) ? true : undefined));
  await clock().sleep(2_000);
  return arn;
}
function loseStops(): () => void {
  const match = { source: 'aws.states' };
  const id = pipeline.sandbox.faults.add({ on: 'event', match, action: { kind: 'drop' } });
  return () => void pipeline.sandbox.faults.remove(id);
}
const restored = () =>
  pipeline.eventually(
    async () => ({ serves: await pipeline.serves(), owner: await pipeline.lockOwner() }),
    ({ serves, owner }) => serves === '1' && owner === '',
  );
/** Nothing of the dead rollout is left, and a good release works. */
async function expectRest(): Promise<void> {
  expect(await restored()).toEqual({ serves: '1', owner: '' });
  expect((await pipeline.items()).filter(({ pk }) => pk === 'open' || pk === 'queue')).toEqual([]);
  await pipeline.setPolicy([AT_ONCE]);
  expect((await pipeline.release('2.0.0')).status).toBe('SUCCEEDED');
}

describe('an execution that was stopped, whose event is lost', () => {
  it('is found by the next sweep: alias restored, lock free, people told once', async () => {
    loseStops();
    const arn = await under('Bake', '1.1.0');
    await stop(arn);
    const stopped = clock().now();
    await clock().sleep(1_000);
    expect(await pipeline.serves(), 'nobody has noticed yet').toBe('split');
    await restored();
    expect(clock().now() - stopped).toBeLessThanOrEqual(5 * MINUTE + 10_000);
    expect(await recordOf(arn)).toMatchObject({
      status: 'stopped',
      reason: expect.stringMatching(/ended \(ABORTED\).*serves version 1 .*again/) as string,
    });
    await clock().sleep(11 * MINUTE);
    expect(told('1.1.0')).toEqual(['orders 1.1.0 was stopped and put right in production']);
    await expectRest();
  });

  it('leaves the queue with the next sweep, where it waited', async () => {
    const first = await under('Bake', '1.1.0');
    loseStops();
    const waits = await under('WaitForTurn', '1.2.0');
    await stop(waits);
    await clock().sleep(11 * MINUTE);
    expect((await pipeline.items()).filter(({ pk }) => pk === 'queue')).toEqual([]);
    expect(await recordOf(waits)).toMatchObject({ status: 'rejected' });
    expect(told('1.2.0')).toHaveLength(1);
    await stop(first);
    await expectRest();
  });
});

describe('a sweep and an event that find the same dead rollout at once', () => {
  it.each([
    { name: 'the event comes while the sweep works', delayed: 15_000 },
    { name: 'the event comes three times', delayed: 2_000, copies: 2 },
  ])('put it right once, and tell once: $name', async ({ delayed, copies }) => {
    const { faults } = pipeline.sandbox;
    const arn = await under('Bake', '1.1.0');
    const Reconcile = pipeline.functionOf('Reconcile');
    const role = pipeline.resource(/^ReconcileRole[0-9A-F]{8}$/);
    expect(Reconcile).toBeTruthy();
    const late = { kind: 'delay', ms: delayed, when: 'before' } as const;
    faults.add({ on: 'call', match: { service: 'Lambda', operation: 'UpdateAlias', caller: role }, action: late });
    faults.add({ on: 'call', match: { service: 'SNS', operation: 'Publish', caller: role }, action: late });
    if (copies)
      faults.add({ on: 'event', match: { source: 'aws.states' }, action: { kind: 'duplicate', copies, ms: 1_000 } });
    const untilSweep = 5 * MINUTE - (clock().now() % (5 * MINUTE));
    await clock().sleep(untilSweep > 15_000 ? untilSweep - 5_000 : untilSweep);
    await stop(arn);
    await restored();
    await clock().sleep(11 * MINUTE);
    expect(told('1.1.0')).toEqual(['orders 1.1.0 was stopped and put right in production']);
    expect(pipeline.published()).toBe(1);
    await expectRest();
  });
});

describe('a dead rollout whose environment another release takes over', () => {
  it.each([
    { name: 'after that was refused', state: 'Rejected' },
    { name: 'while that is looked at', state: 'CheckReadiness' },
  ])('is put right $name, since it never moved the alias', async ({ state }) => {
    const mend = pipeline.breakStep('Reconcile');
    const dead = await under('Bake', '1.1.0');
    if (state === 'CheckReadiness')
      pipeline.sandbox.faults.add({
        on: 'call',
        match: {
          service: 'Lambda',
          operation: 'GetFunction',
          caller: pipeline.resource(/^CheckReadinessRole[0-9A-F]{8}$/),
        },
        action: { kind: 'delay', ms: 8_000, when: 'before' },
      });
    await stop(dead);
    const successor = await under('WaitForTurn', '1.2.0');
    await pipeline.until(async () => ((await pipeline.states(successor)).includes(state) ? true : undefined), 5);
    mend();
    expect((await pipeline.outcome(successor)).cause).toMatch(/alias production to point at one version/);
    await restored();
    expect(await recordOf(dead)).toMatchObject({ status: 'stopped', share: 0 });
    expect(told('1.1.0')).toEqual(['orders 1.1.0 was stopped and put right in production']);
    await expectRest();
  });
});

describe('an execution that waits to be redriven', () => {
  it('is left alone, and put right once it is known to have ended', async () => {
    let pending = true;
    const arn = await under('Bake', '1.1.0');
    const mend = playRedrive(() => pending);
    await stop(arn);
    await clock().sleep(90 * MINUTE);
    expect(await pipeline.serves()).toBe('split');
    expect(await pipeline.lockOwner()).toBe(arn);
    expect(told('1.1.0')).toEqual([]);
    pending = false;
    await restored();
    mend();
    expect(told('1.1.0')).toEqual(['orders 1.1.0 was stopped and put right in production']);
    await expectRest();
  });

  it('keeps its place in the queue', async () => {
    let pending = true;
    const first = await under('Bake', '1.1.0');
    const waits = await under('WaitForTurn', '1.2.0');
    const mend = playRedrive(() => pending);
    await stop(waits);
    await clock().sleep(11 * MINUTE);
    expect((await pipeline.items()).filter(({ pk }) => pk === 'queue')).toHaveLength(1);
    pending = false;
    await clock().sleep(6 * MINUTE);
    mend();
    expect(told('1.2.0')).toHaveLength(1);
    await stop(first);
    await expectRest();
  });
});

/** Step Functions says that a stopped execution is about to be redriven, which the sandbox's does not do. */
function playRedrive(pending: () => boolean): () => void {
  const name = pipeline.functionOf('Reconcile');
  return pipeline.sandbox.lambda.runInProcess(name, (event, _context, environment) => {
    const ports = createPorts(pipeline.host(environment));
    const status = async (arn: string) => {
      const known = await ports.executions.status(arn);
      return known === 'ABORTED' && pending() ? 'PENDING_REDRIVE' : known;
    };
    return reconcile(reconcileInput.parse(event), { ...ports, executions: { ...ports.executions, status } });
  });
}
