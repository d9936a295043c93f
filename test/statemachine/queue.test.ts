import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { type Outcome, Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
let minor = 0;
beforeAll(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'allAtOnce' } }]);
  await pipeline.release('1.0.0');
});
afterAll(() => pipeline.close());

const SLOW: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 3 },
  onInconclusive: 'promote',
};
const EXPEDITED = JSON.stringify({ expedite: { by: 'arn:aws:iam::1:user/ana', why: 'production is down' } });

/** The next versions, newest last: no test depends on how far another got. */
const versions = (count: number): string[] => Array.from({ length: count }, () => `1.${++minor}.0`);

/** Uploads one release and waits until its execution stands in the queue, or has the environment. */
async function arrive(version: string): Promise<string> {
  const before = new Set(await pipeline.executions());
  await pipeline.upload(version);
  const arn = await pipeline.until(async () => (await pipeline.executions()).find((one) => !before.has(one)));
  const settled = ['WaitForTurn', 'Bake', 'AwaitDecision', 'Rejected', 'Released'];
  await pipeline.until(async () =>
    (await pipeline.states(arn)).some((state) => settled.includes(state)) ? true : undefined,
  );
  return arn;
}

async function arriveInTurn(names: readonly string[]): Promise<string[]> {
  const arns: string[] = [];
  for (const version of names) arns.push(await arrive(version));
  return arns;
}

const outcomes = (arns: readonly string[]): Promise<Outcome[]> => Promise.all(arns.map((arn) => pipeline.outcome(arn)));
const queue = async () => (await pipeline.items()).filter(({ pk }) => pk === 'queue');
const notices = (version: string) => JSON.stringify(pipeline.webhook).split(`"text":"orders ${version} `).length - 1;

/** What holds after every test: nobody waits, nobody holds the lock, one version serves. */
async function expectRest(serving: string): Promise<void> {
  expect(await queue()).toEqual([]);
  expect(await pipeline.lockOwner()).toBe('');
  expect(await pipeline.serves()).toMatch(/^\d+$/);
  const current = (await pipeline.items()).find(({ pk }) => pk === 'current#orders#production');
  expect(current).toMatchObject({ release: serving });
}

describe('releases for an environment that is rolling out', () => {
  it('wait visibly; a newer one ends the older ones at once, with one notice each', async () => {
    await pipeline.setPolicy([SLOW]);
    const [running, older, newer] = versions(3) as [string, string, string];
    const arns = await arriveInTurn([running, older]);
    expect(await queue()).toMatchObject([
      { release: older, behind: expect.stringMatching(`^${running}, which is rolling out`) as string },
    ]);
    arns.push(await arrive(newer));
    const [first, second, third] = (await outcomes(arns)) as [Outcome, Outcome, Outcome];
    expect([first.status, second.error, third.status]).toEqual(['SUCCEEDED', 'WithdrawnError', 'SUCCEEDED']);
    expect(second.cause).toContain(`superseded by ${newer}`);
    expect(second.states.at(-1)).toBe('Rejected');
    expect([running, older, newer].map(notices)).toEqual([0, 1, 0]);
    const rejected = (await pipeline.rollouts()).find(({ release }) => release === older);
    expect(rejected).toMatchObject({ status: 'rejected', reason: expect.stringContaining('superseded') as string });
    expect(Date.parse(rejected?.endedAt ?? '')).toBeLessThan(Date.parse(await endOf(running)));
    await expectRest(newer);
  });

  it('run in order of version where the policy says so, whatever order they arrived in', async () => {
    await pipeline.setPolicy([{ ...SLOW, queue: 'inOrder' }]);
    const [a, b, c, d] = versions(4) as [string, string, string, string];
    const ended = await outcomes(await arriveInTurn([a, d, b, c]));
    expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'SUCCEEDED'));
    const ends = await Promise.all([a, b, c, d].map(endOf));
    expect(ends).toEqual([...ends].sort());
    await expectRest(d);
  });

  it('are not kept waiting by one whose execution was stopped, which people are told of', async () => {
    await pipeline.setPolicy([{ ...SLOW, queue: 'inOrder' }]);
    const [a, dead, c] = versions(3) as [string, string, string];
    const [first, second, third] = (await arriveInTurn([a, dead, c])) as [string, string, string];
    await new SFNClient(pipeline.sandbox.clientConfig).send(new StopExecutionCommand({ executionArn: second }));
    expect((await outcomes([first, third])).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const rejected = (await pipeline.rollouts()).find(({ release }) => release === dead);
    expect(rejected).toMatchObject({ status: 'rejected', reason: expect.stringMatching(/ABORTED.*waited/) as string });
    expect(notices(dead)).toBe(1);
    await expectRest(c);
  });
});

describe('an expedited release', () => {
  it.each<{ name: string; policy: EnvironmentPolicy; within: number }>([
    { name: 'that bakes', policy: SLOW, within: 120_000 },
    { name: 'that is held', policy: { ...SLOW, approval: 'before' }, within: 60_000 },
  ])('takes over from an older rollout $name, and goes ahead of others that wait', async ({ policy, within }) => {
    await pipeline.setPolicy([{ ...policy, queue: 'inOrder' }]);
    const [running, waiting, hotfix, last] = versions(4) as [string, string, string, string];
    const arns = await arriveInTurn([running, waiting]);
    await pipeline.setPolicy([{ ...SLOW, queue: 'inOrder' }]);
    await pipeline.uploadManifest(hotfix, EXPEDITED);
    const arrived = pipeline.sandbox.world.clock.now();
    arns.push(await arrive(hotfix), await arrive(last));
    const [first, second, third, fourth] = (await outcomes(arns)) as [Outcome, Outcome, Outcome, Outcome];
    expect(first).toMatchObject({ status: 'FAILED', error: 'WithdrawnError' });
    expect(first.cause).toMatch(`taken over by ${hotfix}, which arn:aws:iam::1:user/ana expedited: production is down`);
    expect(Date.parse(await endOf(running)) - arrived).toBeLessThan(within);
    expect([third.status, fourth.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(second.cause).toMatch(`expected a version above ${hotfix}`);
    expect([running, hotfix].map(notices)).toEqual([policy.approval === 'before' ? 2 : 1, 0]);
    await expectRest(last);
  });

  it('is refused when it is not newer than what is rolling out', async () => {
    await pipeline.setPolicy([SLOW]);
    const [older, running] = versions(2) as [string, string];
    await pipeline.uploadManifest(older, EXPEDITED);
    const [first, second] = (await outcomes(await arriveInTurn([running, older]))) as [Outcome, Outcome];
    expect(first.status).toBe('SUCCEEDED');
    expect(second).toMatchObject({ status: 'FAILED', error: 'InvalidReleaseError' });
    expect(second.cause).toMatch(`a version above ${running}, which is rolling out`);
    await expectRest(running);
  });
});

async function endOf(version: string): Promise<string> {
  return (await pipeline.rollouts()).find(({ release }) => release === version)?.endedAt ?? '';
}
