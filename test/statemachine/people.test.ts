import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../domain/commands.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { executions } from '../../functions/aws/executions.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import { ledger } from '../../functions/aws/ledger.ts';
import { type Outcome, Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
let minor = 0;
beforeAll(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' } }]);
  await pipeline.release('1.0.0');
});
afterAll(() => pipeline.close());
beforeEach(() => void pipeline.webhook.splice(0));

const CANARY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 4 },
  finalBakeMinutes: 3,
  onInconclusive: 'promote',
};
const ANA = 'arn:aws:iam::123456789012:user/ana';
const MINUTE = 60_000;

const host = () => lambdaHost({ env: { LEDGER_TABLE: pipeline.ledgerTable }, sdk: pipeline.sandbox.clientConfig });
const now = () => pipeline.sandbox.world.clock.now();
const idOf = (arn: string): string => `${arn.slice(arn.lastIndexOf(':') + 1)}/production`;

/** Uploads the next version; its execution has at least begun. */
async function upload(): Promise<string> {
  const before = new Set(await pipeline.executions());
  await pipeline.upload(`1.${++minor}.0`);
  return pipeline.until(async () => (await pipeline.executions()).find((one) => !before.has(one)));
}

/** Uploads the next version; its candidate is being published, and no traffic has moved. */
async function uploadAndCatch(): Promise<string> {
  const match = { service: 'Lambda', operation: 'PublishVersion' } as const;
  const { faults } = pipeline.sandbox;
  const id = faults.add({ on: 'call', match, action: { kind: 'delay', ms: 15_000, when: 'before' } });
  const arn = await upload();
  faults.remove(id);
  return arn;
}

async function reaches(arn: string, state: string, times = 1): Promise<void> {
  await pipeline.until(async () => {
    const entered = (await pipeline.states(arn)).filter((one) => one === state);
    return entered.length >= times ? true : undefined;
  });
  await pipeline.sandbox.world.clock.sleep(2_000);
}

/** What `weighbridge abort`, `pause` and `resume` do. */
async function order(arn: string, command: Command['command']): Promise<void> {
  const book = ledger(host());
  const seen = await book.commands(idOf(arn));
  const at = new Date(now()).toISOString();
  expect(await book.order(idOf(arn), seen.length, { command, by: ANA, why: 'wrong build', at })).toBe(true);
}

async function wake(arn: string): Promise<void> {
  const token = await ledger(host()).heldToken(idOf(arn));
  await executions(host()).wake(token ?? '');
}

const recordOf = async (arn: string) => (await pipeline.rollouts()).find(({ id }) => id === idOf(arn));
const evidenceOf = async (arn: string) =>
  (await pipeline.items()).filter(({ pk, sk }) => pk === `rollout#${idOf(arn)}` && sk.startsWith('evidence#'));

/** After an abort: the stable version alone serves, the lock is free, people were told once who did it and why. */
async function expectAborted(ended: Outcome, serving: string | undefined): Promise<void> {
  expect(ended).toMatchObject({ status: 'FAILED', error: 'WithdrawnError' });
  expect(ended.cause).toContain(`aborted by ${ANA}: wrong build`);
  expect(await pipeline.serves()).toBe(serving);
  expect(await pipeline.lockOwner()).toBe('');
  expect(JSON.stringify(pipeline.webhook).split(`aborted by ${ANA}: wrong build`)).toHaveLength(2);
}

describe('a rollout that somebody aborts', () => {
  it.each<{ name: string; policy: EnvironmentPolicy; at: string; times?: number; within: number; ends: string }>([
    { name: 'at its first share, at the next tick', policy: CANARY, at: 'Bake', within: MINUTE, ends: 'RolledBack' },
    {
      name: 'in its final bake, at 100 %',
      policy: { ...CANARY, strategy: { type: 'allAtOnce' } },
      at: 'Bake',
      within: MINUTE,
      ends: 'RolledBack',
    },
    {
      name: 'while it is held, at once',
      policy: { ...CANARY, approval: 'before' },
      at: 'AwaitDecision',
      within: 10_000,
      ends: 'RolledBack',
    },
  ])('is rolled back $name', async ({ policy, at, within, ends }) => {
    await pipeline.setPolicy([policy]);
    const stable = await pipeline.serves();
    const arn = await upload();
    await reaches(arn, at);
    pipeline.webhook.splice(0);
    const ordered = now();
    await order(arn, 'abort');
    if (at === 'AwaitDecision') await wake(arn);
    const ended = await pipeline.outcome(arn);
    await expectAborted(ended, stable);
    expect(ended.states.at(-1)).toBe(ends);
    const record = await recordOf(arn);
    expect(Date.parse(record?.endedAt ?? '') - ordered).toBeLessThan(within + 5_000);
    expect(JSON.stringify(await evidenceOf(arn))).toContain('"command":"abort"');
  });

  it('moves no traffic when it was aborted before its first share', async () => {
    await pipeline.setPolicy([CANARY]);
    const stable = await pipeline.serves();
    const arn = await uploadAndCatch();
    await order(arn, 'abort');
    const ended = await pipeline.outcome(arn);
    await expectAborted(ended, stable);
    expect(ended.cause).toContain('nothing had moved');
    expect(ended.states.slice(-4)).toEqual(['ShiftTraffic', 'RollBack', 'NotifyRollback', 'RolledBack']);
  });

  it('leaves the queue when it waits, and is refused with one notice', async () => {
    await pipeline.setPolicy([{ ...CANARY, queue: 'inOrder' }]);
    const first = await upload();
    const second = await upload();
    await reaches(second, 'WaitForTurn');
    await order(second, 'abort');
    const ended = await pipeline.outcome(second);
    expect(ended.states.at(-1)).toBe('Rejected');
    expect(ended.cause).toContain(`aborted by ${ANA}: wrong build`);
    expect(await recordOf(second)).toMatchObject({ status: 'rejected' });
    expect(pipeline.webhook).toHaveLength(1);
    expect((await pipeline.outcome(first)).status).toBe('SUCCEEDED');
  });

  it('is put right in seconds when its execution is stopped as well, and the notice says who did it', async () => {
    await pipeline.setPolicy([CANARY]);
    const stable = await pipeline.serves();
    const arn = await upload();
    await reaches(arn, 'Bake');
    const ordered = now();
    await order(arn, 'abort');
    await new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn: arn }));
    await pipeline.until(async () => ((await recordOf(arn))?.endedAt ? true : undefined), 1);
    expect(now() - ordered).toBeLessThan(15_000);
    expect(await pipeline.serves()).toBe(stable);
    expect(JSON.stringify(pipeline.webhook)).toContain(`aborted by ${ANA}: wrong build; alias production serves`);
    expect(JSON.stringify(pipeline.webhook)).not.toContain('its execution ended');
    expect(await pipeline.lockOwner()).toBe('');
  });
});

describe('a rollout that somebody pauses', () => {
  it('stays at its share, is judged all the same, and bakes the rest when it is resumed', async () => {
    await pipeline.setPolicy([CANARY]);
    const arn = await upload();
    await reaches(arn, 'Bake', 2);
    const [begun] = (await evidenceOf(arn)).filter(({ sk }) => sk.endsWith('#ShiftTraffic'));
    await order(arn, 'pause');
    await pipeline.sandbox.world.clock.sleep(30 * MINUTE);
    expect(await pipeline.serves()).toBe('split');
    expect(await recordOf(arn)).toMatchObject({ status: 'running', paused: { by: ANA, why: 'wrong build' } });
    await order(arn, 'resume');
    expect((await pipeline.outcome(arn)).status).toBe('SUCCEEDED');
    const evidence = await evidenceOf(arn);
    const judged = evidence.filter(
      ({ sk, entry }) => sk.endsWith('#EvaluateHealth') && /"paused":true/.test(JSON.stringify(entry)),
    );
    expect(judged.length).toBeGreaterThan(20);
    expect(JSON.stringify(judged[0])).toContain(`paused by ${ANA}: wrong build`);
    const promoted = evidence.find(({ sk }) => sk.endsWith('#Promote'));
    const baked = Date.parse(promoted?.['at'] as string) - Date.parse(begun?.['at'] as string);
    expect(baked).toBeGreaterThan(33 * MINUTE);
    expect(baked).toBeLessThan(37 * MINUTE);
    expect((await recordOf(arn))?.paused).toBeNull();
  });

  it.each<{ name: string; policy: EnvironmentPolicy; state: string }>([
    { name: 'before its first share', policy: { ...CANARY, finalBakeMinutes: 0 }, state: 'ShiftTraffic' },
    { name: 'before its promotion', policy: { name: 'production', strategy: { type: 'allAtOnce' } }, state: 'Promote' },
  ])('waits $name, and goes on from there', async ({ policy, state }) => {
    await pipeline.setPolicy([policy]);
    const stable = await pipeline.serves();
    const arn = await uploadAndCatch();
    await order(arn, 'pause');
    await reaches(arn, state);
    await pipeline.sandbox.world.clock.sleep(10 * MINUTE);
    expect(await pipeline.serves()).toBe(stable);
    await order(arn, 'resume');
    expect((await pipeline.outcome(arn)).status).toBe('SUCCEEDED');
  });

  it('is aborted like any other', async () => {
    await pipeline.setPolicy([CANARY]);
    const stable = await pipeline.serves();
    const arn = await upload();
    await reaches(arn, 'Bake');
    await order(arn, 'pause');
    await reaches(arn, 'Bake', 2);
    await order(arn, 'abort');
    await expectAborted(await pipeline.outcome(arn), stable);
  });

  it('is rolled back when it was paused for as long as the policy allows', async () => {
    await pipeline.setPolicy([{ ...CANARY, holdHours: 0.25 }]);
    const stable = await pipeline.serves();
    const arn = await upload();
    await reaches(arn, 'Bake');
    await order(arn, 'pause');
    const ended = await pipeline.outcome(arn);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'WithdrawnError' });
    expect(ended.cause).toMatch(
      /paused for 15 min in all, which is as long as the policy allows.*last by .*ana: wrong build/,
    );
    expect(await pipeline.serves()).toBe(stable);
  });

  it('remembers an approval that was given meanwhile', async () => {
    await pipeline.setPolicy([{ ...CANARY, approval: 'before' }]);
    const stable = await pipeline.serves();
    const arn = await upload();
    await reaches(arn, 'AwaitDecision');
    await order(arn, 'pause');
    const held = await recordOf(arn);
    if (held) await pipeline.decide(held, 'approve');
    await pipeline.sandbox.world.clock.sleep(10 * MINUTE);
    expect(await pipeline.serves()).toBe(stable);
    await order(arn, 'resume');
    expect((await pipeline.outcome(arn)).status).toBe('SUCCEEDED');
  });

  it('is rolled back when its figures turn bad', async () => {
    await pipeline.setPolicy([{ ...CANARY, strategy: { type: 'canary', percent: 50, minutes: 4 } }]);
    const stable = (await pipeline.serves()) ?? '';
    pipeline.startTraffic(10);
    const arn = await upload();
    await reaches(arn, 'Bake');
    await order(arn, 'pause');
    await reaches(arn, 'Bake', 2);
    pipeline.behaviours.set(String((await recordOf(arn))?.candidate), { failing: 0.5 });
    const ended = await pipeline.outcome(arn);
    await pipeline.traffic?.stop();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Unhealthy' });
    expect(await pipeline.serves()).toBe(stable);
  });
});

describe('a rollout that completes', () => {
  it('says so before it does, so that nobody aborts in vain', async () => {
    await pipeline.setPolicy([CANARY]);
    const arn = await upload();
    expect((await pipeline.outcome(arn)).status).toBe('SUCCEEDED');
    expect(await ledger(host()).commands(idOf(arn))).toMatchObject([{ command: 'complete', by: 'EvaluateHealth' }]);
  });
});
