import { describe, expect, it } from 'vitest';
import { verifyCandidate } from '../../functions/verify-candidate.ts';
import { aCandidate, aPlan, aRelease, aRollout, common, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const contract = [{ name: 'answers', event: { path: '/' }, expect: { status: 200 } }];
const input = (
  changes: { plan?: Parameters<typeof aPlan>[0]; rollout?: Parameters<typeof aRollout>[0]; version?: string } = {},
) => ({
  ...common('VerifyCandidate'),
  release: aRelease({ contract }),
  plan: aPlan(changes.plan),
  rollout: aRollout(changes.rollout),
  candidate: aCandidate(changes.version ? { version: changes.version } : {}),
});

describe('VerifyCandidate', () => {
  it('invokes the candidate itself with the contract’s events', async () => {
    const { ports, state } = fakePorts();
    const asked: unknown[] = [];
    state.answers = (event, qualifier) => {
      asked.push({ event, qualifier });
      return { payload: { statusCode: 200 }, milliseconds: 3 };
    };
    const { move } = await verifyCandidate(input(), ports);
    expect(asked).toEqual([{ event: { path: '/' }, qualifier: '2' }]);
    expect(move).toMatchObject({ kind: 'shift', percent: 10, step: 0 });
  });

  it('refuses answers that break the contract and says which', async () => {
    const { ports, state } = fakePorts();
    state.answers = () => ({ payload: { statusCode: 500 }, milliseconds: 3 });
    await expect(verifyCandidate(input(), ports)).rejects.toMatchObject({
      name: 'InvalidReleaseError',
      message: expect.stringMatching(/answers.*500/) as string,
    });
  });

  it('asks a second time before a slow first answer counts: it may be a cold start', async () => {
    const { ports, state } = fakePorts();
    const times = [3000, 20];
    state.answers = () => ({ payload: { statusCode: 200 }, milliseconds: times.shift() ?? 20 });
    const strict = [{ name: 'fast', event: {}, expect: { status: 200 }, maxMilliseconds: 100 }];
    await expect(
      verifyCandidate({ ...input(), release: aRelease({ contract: strict }) }, ports),
    ).resolves.toBeDefined();
    expect(times).toEqual([]);
  });

  it.each([
    {
      name: 'says no',
      answer: { payload: { ok: false, reason: 'smoke test 3' }, milliseconds: 1 },
      says: /smoke test 3/,
    },
    {
      name: 'fails',
      answer: { payload: { errorMessage: 'boom' }, functionError: 'Unhandled', milliseconds: 1 },
      says: /boom/,
    },
  ])('refuses a candidate whose hook $name', async ({ answer, says }) => {
    const { ports, state } = fakePorts();
    state.answers = (_event, qualifier) =>
      qualifier === undefined ? answer : { payload: { statusCode: 200 }, milliseconds: 1 };
    const attempt = verifyCandidate(input({ plan: { verify: { hook: 'smoke' } } }), ports);
    await expect(attempt).rejects.toMatchObject({
      name: 'InvalidReleaseError',
      message: expect.stringMatching(says) as string,
    });
  });

  it.each([
    { name: 'a first release', rollout: { saved: null, stable: null }, version: '2' },
    { name: 'code that the alias serves already', rollout: {}, version: '1' },
  ])('promotes $name at once: there is nothing to share traffic with', async ({ rollout, version }) => {
    const { ports } = fakePorts();
    expect((await verifyCandidate(input({ rollout, version }), ports)).move.kind).toBe('promote');
  });

  it('asks for approval first where the policy wants it', async () => {
    const { ports } = fakePorts();
    const { move, progress } = await verifyCandidate(input({ plan: { approval: 'before' } }), ports);
    expect(move).toMatchObject({ kind: 'hold', then: { kind: 'shift', percent: 10 } });
    expect(progress.heldSince).toBe(NOW);
  });
});
