import { LambdaClient, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { order } from '../../cli/commands/order.ts';
import { rollback, type RollbackOptions } from '../../cli/commands/rollback.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { typed } from '../support/command-line.ts';
import { Pipeline, type Saved } from '../support/pipeline.ts';
import { AT_ONCE, SLOW } from '../support/policies.ts';

const WHY = 'orders fail';

let before: Saved;
let pipeline: Pipeline;
/** 1.0.0, 1.1.0 and 1.2.0 are versions 1, 2 and 3; every test begins with 1.2.0 in production. */
beforeAll(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([AT_ONCE]);
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) await pipeline.release(version);
  before = pipeline.save();
  await pipeline.close();
});
beforeEach(async () => {
  pipeline = await Pipeline.start({ from: before });
});
afterEach(() => pipeline.close());

const type = (options: Partial<RollbackOptions> = {}) =>
  typed(pipeline, (context) => rollback({ function: 'orders', why: WHY, ...options }, context));
const now = () => pipeline.sandbox.world.clock.now();
const newest = async () => (await pipeline.executions()).at(-1) as string;
const recordOf = async (arn: string) =>
  (await pipeline.rollouts()).find(({ execution }) => execution === arn) as RolloutRecord;
const current = async () => (await pipeline.items()).find(({ pk }) => pk === 'current#orders#production');
const queue = async () => (await pipeline.items()).filter(({ pk }) => pk === 'queue');
const told = () => pipeline.webhook.map((message) => (message as { text: string }).text);
const free = () =>
  pipeline.eventually(
    () => pipeline.lockOwner(),
    (owner) => owner === '',
  );
/** Uploads, and waits until the execution has entered a state. */
async function under(state: string, version = '1.3.0', policy = SLOW): Promise<string> {
  await pipeline.setPolicy([policy]);
  const earlier = (await pipeline.executions()).length;
  await pipeline.upload(version);
  const arn = await pipeline.until(async () => (await pipeline.executions())[earlier]);
  await pipeline.until(async () => ((await pipeline.states(arn)).includes(state) ? true : undefined));
  await pipeline.sandbox.world.clock.sleep(2_000);
  return arn;
}
const stop = (executionArn: string) =>
  new SFNClient(pipeline.clientConfig).send(new StopExecutionCommand({ executionArn }));
/** Everything at rest: one version serves, which the ledger knows; nobody waits and nobody has the lock. */
async function expectRest(release: string, version: string): Promise<void> {
  expect(await free()).toBe('');
  expect(await pipeline.serves()).toBe(version);
  expect(await current()).toMatchObject({ release, lambdaVersion: version });
  expect(await queue()).toEqual([]);
}

describe('weighbridge rollback --now', () => {
  it('stops the rollout, whose alias is restored within seconds, and is followed to a good end', async () => {
    const rollout = await under('Bake');
    const asked = now();
    const { answer, text } = await type({ now: true, watch: true });
    expect(answer).toBe(true);
    expect(text).toMatch(
      /1\.3\.0 in production is aborted by .*: orders fail; its execution was stopped.*restores 1\.2\.0/,
    );
    await expectRest('1.2.0', '3');
    expect(now() - asked).toBeLessThan(20_000);
    expect(await pipeline.outcome(rollout)).toMatchObject({ status: 'ABORTED', error: 'WithdrawnError' });
    const reason = expect.stringMatching(
      /^aborted by .*: orders fail; alias production serves version 3 with 100 % again/,
    ) as string;
    expect(await recordOf(rollout)).toMatchObject({ status: 'stopped', reason });
    expect(told()).toEqual(['orders 1.3.0 was stopped and put right in production']);
    expect((await type()).text).toMatch(/serves 1\.2\.0: 1\.3\.0 was taken back .*--to/);
  });

  it('with another target stops the rollout, and goes on to that as soon as the alias is restored', async () => {
    await under('Bake');
    const asked = now();
    const { answer, text } = await type({ now: true, watch: true, to: '1.0.0' });
    expect(answer).toBe(true);
    expect(text).toMatch(/to go back to 1\.0\.0: orders fail; its execution was stopped[\s\S]*RolledBackByHand/);
    expect(now() - asked).toBeLessThan(60_000);
    await expectRest('1.0.0', '1');
    expect(told()).toEqual([
      'orders 1.3.0 was stopped and put right in production',
      'the rollback of orders to 1.0.0 is done in production',
    ]);
  });

  it('stops nothing where nothing is under way', async () => {
    expect((await type({ now: true, watch: true })).answer).toBe(true);
    await expectRest('1.1.0', '2');
  });

  it('says that it is too late while the rollout completes, and goes back when it has', async () => {
    pipeline.sandbox.faults.add({
      on: 'call',
      times: 1,
      match: { service: 'Lambda', operation: 'ListVersionsByFunction' },
      action: { kind: 'delay', ms: 15_000, when: 'before' },
    });
    const rollout = await under('PruneVersions', '1.3.0', AT_ONCE);
    await expect(type({ now: true })).rejects.toThrow(
      /is being completed, so it is too late to abort it: go back with/,
    );
    expect((await pipeline.outcome(rollout)).status).toBe('SUCCEEDED');
    expect((await type({ watch: true })).answer).toBe(true);
    await expectRest('1.2.0', '3');
  });
});

describe('weighbridge rollback --to another release during a rollout', () => {
  it('aborts the rollout first, waits ahead of all others, and says the same when typed again', async () => {
    await under('Bake');
    await under('WaitForTurn', '1.4.0');
    const first = await type({ to: '1.0.0' });
    expect(first.text).toMatch(
      /1\.3\.0 in production is aborted by .* to go back to 1\.0\.0: orders fail; it rolls back at its next look\nrollback of orders production from 1\.2\.0 to 1\.0\.0 started/,
    );
    const again = await type({ to: '1.0.0' });
    expect(again.text).toMatch(/was already aborted[\s\S]*to 1\.0\.0 was asked for before/);
    expect((await pipeline.outcome(await newest())).output).toMatchObject({ outcome: 'RolledBackByHand' });
    expect(await pipeline.serves()).toBe('1');
  });

  it('leaves all as it is when the release was never here', async () => {
    const rollout = await under('Bake');
    await expect(type({ to: '7.0.0' })).rejects.toThrow(/a release that production has served, got 7\.0\.0/);
    expect((await pipeline.outcome(rollout)).status).toBe('SUCCEEDED');
  });
});

describe('a rollback that waits for its turn', () => {
  it('leaves the queue when its execution is stopped, is told once, and can be asked for again', async () => {
    await under('Bake');
    const restore = pipeline.breakStep('EvaluateHealth', 'ThrottledError');
    await type({ to: '1.0.0' });
    const waits = await newest();
    await pipeline.until(async () => ((await queue()).length > 0 ? true : undefined));
    await stop(waits);
    await pipeline.eventually(queue, (entries) => entries.length === 0);
    expect(await recordOf(waits)).toMatchObject({
      kind: 'rollback',
      status: 'rejected',
      reason: expect.stringMatching(
        /the rollback of orders to 1\.0\.0 was refused.*ABORTED.*while it waited/,
      ) as string,
    });
    restore();
    await free();
    await expectRest('1.2.0', '3');
    expect(told().filter((text) => text.includes('the rollback of orders to 1.0.0'))).toHaveLength(1);
    const again = await type({ to: '1.0.0', watch: true });
    expect(again.text).toMatch(/rollback of orders production from 1\.2\.0 to 1\.0\.0 started/);
    expect(again.answer).toBe(true);
    await expectRest('1.0.0', '1');
  });

  it('leaves the queue when somebody aborts it', async () => {
    await under('Bake');
    await type({ to: '1.0.0' });
    const waits = await newest();
    await pipeline.until(async () => ((await queue()).length > 0 ? true : undefined));
    await typed(pipeline, (context) => order('abort', { function: 'orders', version: '1.0.0', why: 'no' }, context));
    expect(await pipeline.outcome(waits)).toMatchObject({ error: 'WithdrawnError' });
    await expectRest('1.2.0', '3');
  });
});

describe('a rollback that was asked for of something else than what is there when it begins', () => {
  it('is refused when another release lands after the look', async () => {
    pipeline.sandbox.faults.add({
      on: 'call',
      times: 1,
      match: { service: 'SFN', operation: 'StartExecution', caller: 'account' },
      action: { kind: 'delay', ms: 120_000, when: 'before' },
    });
    const rolling = type({ to: '1.0.0', watch: true });
    const released = await pipeline.release('1.3.0');
    expect(released.status).toBe('SUCCEEDED');
    const { answer, text } = await rolling;
    expect(answer).toBe(false);
    expect(text).toMatch(
      /expected 1\.2\.0 in place in production, from which to go back, got 1\.3\.0.*roll back once more/,
    );
    await expectRest('1.3.0', '4');
    expect((await type({ to: '1.0.0', watch: true })).answer).toBe(true);
    await expectRest('1.0.0', '1');
  });

  it('does not go back twice when two people ask for different releases at once', async () => {
    const both = await typed(pipeline, (context) =>
      Promise.all([
        rollback({ function: 'orders', why: WHY }, context),
        rollback({ function: 'orders', why: WHY, to: '1.0.0' }, context),
      ]),
    );
    expect(both.answer).toEqual([true, true]);
    const ends = await Promise.all((await pipeline.executions()).slice(-2).map((arn) => pipeline.outcome(arn)));
    expect(ends.map(({ status }) => status).sort()).toEqual(['FAILED', 'SUCCEEDED']);
    expect(ends.find(({ status }) => status === 'FAILED')?.cause).toMatch(
      /from which to go back|no rollout of production under way/,
    );
    await free();
    expect(await queue()).toEqual([]);
  });
});

describe('weighbridge rollback --watch', () => {
  it('exits with 1 when the rollback fails, and tries again when it is typed again', async () => {
    const mend = pipeline.breakStep('VerifyCandidate');
    const failed = await type({ watch: true });
    expect(failed.answer).toBe(false);
    expect(failed.text).toMatch(/InvariantError.*VerifyCandidate is broken on purpose/);
    mend();
    await expectRest('1.2.0', '3');
    const again = await type({ watch: true });
    expect(again.text).toMatch(/from 1\.2\.0 to 1\.1\.0 started/);
    expect(again.answer).toBe(true);
    await expectRest('1.1.0', '2');
  });

  it('exits with 1 when a step fails after the alias was moved, and says afterwards that it is there', async () => {
    const mend = pipeline.breakStep('CompleteRollout');
    const failed = await type({ watch: true });
    mend();
    expect(failed.answer).toBe(false);
    expect(failed.text).toMatch(/serves 1\.1\.0 all the same/);
    const again = await type({ watch: true });
    expect(again).toMatchObject({
      answer: true,
      text: expect.stringMatching(/was rolled back to 1\.1\.0.*already/) as string,
    });
    await expectRest('1.1.0', '2');
  });
});

describe('weighbridge rollback --force', () => {
  it('begins anew where the same wish has found nothing to do before', async () => {
    expect((await type({ to: '1.2.0', force: true, watch: true })).text).toMatch(/AlreadyReleased/);
    const alias = { FunctionName: 'orders', Name: 'production', FunctionVersion: '1' };
    await new LambdaClient(pipeline.clientConfig).send(new UpdateAliasCommand(alias));
    const { answer, text } = await type({ to: '1.2.0', force: true, watch: true });
    expect(text).toMatch(/from 1\.2\.0 to 1\.2\.0 started/);
    expect(answer).toBe(true);
    await expectRest('1.2.0', '3');
  });
});
