import { describe, expect, it } from 'vitest';
import { evaluateHealth } from '../../functions/evaluate-health.ts';
import type { Progress } from '../../functions/inputs.ts';
import { aCandidate, aPlan, aProgress, aRelease, aRollout, common, NOW } from '../support/builders.ts';
import { type FakeState, fakePorts, minute } from '../support/fake-ports.ts';

const MINUTE = 60_000;
const split = { version: '1', weights: { '2': 0.1 } };
const onShare = { step: 0, percent: 10, raisedAt: [NOW], routing: split };

function input(now: number, progress: Partial<Progress> = onShare, plan: Parameters<typeof aPlan>[0] = {}) {
  const rest = { release: aRelease(), plan: aPlan(plan), rollout: aRollout(), candidate: aCandidate() };
  return { ...common('EvaluateHealth', { now, tick: 3 }), ...rest, progress: aProgress(progress) };
}

function during(change: (state: FakeState) => void) {
  const { ports, state } = fakePorts();
  state.aliases.set('production', { routing: split, revision: 4 });
  change(state);
  return { ports, state };
}

/** `minutes` minutes of traffic with the given bad requests a minute. */
function traffic(minutes: number, bad: { candidate: number; stable: number }) {
  const rows = (each: number, errors: number) =>
    Array.from({ length: minutes }, (_, i) => minute(NOW + i * MINUTE, each, errors));
  return { '1': rows(900, bad.stable), '2': rows(100, bad.candidate) };
}

describe('EvaluateHealth', () => {
  it('bakes on while the share is not over', async () => {
    const { ports } = during((s) => (s.figures = traffic(3, { candidate: 0, stable: 0 })));
    const { move, verdict, progress } = await evaluateHealth(input(NOW + 3 * MINUTE), ports);
    expect(verdict?.kind).toBe('healthy');
    expect(move).toMatchObject({ kind: 'bake', waitSeconds: 60 });
    expect(progress.waitSeconds).toBe(60);
  });

  it('promotes a healthy candidate when its last share is over', async () => {
    const { ports } = during((s) => (s.figures = traffic(6, { candidate: 0, stable: 0 })));
    expect((await evaluateHealth(input(NOW + 5 * MINUTE), ports)).move.kind).toBe('promote');
  });

  it('rolls back a candidate that fails more than the stable version, with the arithmetic', async () => {
    const { ports, state } = during((s) => (s.figures = traffic(3, { candidate: 8, stable: 1 })));
    const { move } = await evaluateHealth(input(NOW + 4 * MINUTE), ports);
    expect(move).toMatchObject({
      kind: 'rollBack',
      reason: expect.stringMatching(/candidate \d+ of \d+ failed.*unhealthy/) as string,
    });
    expect(state.evidence.at(-1)?.evidence.entry).toMatchObject({ verdict: { kind: 'unhealthy' } });
  });

  it('does not hold an incident that hits both versions against the candidate', async () => {
    const { ports } = during((s) => (s.figures = traffic(4, { candidate: 30, stable: 270 })));
    expect((await evaluateHealth(input(NOW + 5 * MINUTE), ports)).verdict?.kind).not.toBe('unhealthy');
  });

  it('rolls back when an alarm goes off during the rollout', async () => {
    const { ports } = during((s) => {
      s.figures = traffic(3, { candidate: 0, stable: 0 });
      s.alarms = [{ name: 'p99', state: 'ALARM' }];
    });
    const started = { ...input(NOW + 3 * MINUTE, onShare, { health: { alarms: ['p99'] } }) };
    const rollout = aRollout({ alarmsAtStart: [{ name: 'p99', state: 'OK' }] });
    expect((await evaluateHealth({ ...started, rollout }, ports)).move).toMatchObject({
      kind: 'rollBack',
      reason: expect.stringMatching(/p99/) as string,
    });
  });

  it('never takes missing figures for health: it holds, and remembers since when', async () => {
    const { ports } = during((s) => (s.figures = {}));
    const now = NOW + 30 * MINUTE;
    const { move, progress, verdict } = await evaluateHealth(input(now), ports);
    expect(verdict?.kind).toBe('inconclusive');
    expect(move).toMatchObject({ kind: 'hold', then: { kind: 'promote' } });
    expect(progress.heldSince).toBe(now);
  });

  it.each([
    { decision: 'approve', kind: 'promote' },
    { decision: 'reject', kind: 'rollBack' },
  ] as const)('does what a person decided about a hold: $decision', async ({ decision, kind }) => {
    const heldSince = NOW + 5 * MINUTE;
    const { ports } = during((s) =>
      s.decisions.set(`run-1/production#${heldSince}`, { decision, by: 'ana', why: 'seen it' }),
    );
    const { move } = await evaluateHealth(input(NOW + 7 * MINUTE, { ...onShare, heldSince }), ports);
    expect(move).toMatchObject({ kind, reason: expect.stringMatching(/ana/) as string });
  });

  it('rolls back a hold that nobody decided about in time', async () => {
    const { ports } = during(() => undefined);
    const now = NOW + 9 * 60 * MINUTE;
    expect((await evaluateHealth(input(now, { ...onShare, heldSince: NOW }), ports)).move.kind).toBe('rollBack');
  });

  it.each([{ routing: { version: '1', weights: {} } }, { routing: { version: '5', weights: {} } }])(
    'stops when somebody moved the alias by hand to $routing',
    async ({ routing }) => {
      const { ports } = during((s) => s.aliases.set('production', { routing, revision: 9 }));
      await expect(evaluateHealth(input(NOW + MINUTE), ports)).rejects.toMatchObject({ name: 'ConcurrentChangeError' });
    },
  );

  it('waits for an approval before any traffic without judging anything', async () => {
    const { ports, state } = during((s) =>
      s.aliases.set('production', { routing: { version: '1', weights: {} }, revision: 1 }),
    );
    const waiting = input(NOW + 10 * MINUTE, { heldSince: NOW }, { approval: 'before' });
    expect(await evaluateHealth(waiting, ports)).toMatchObject({ verdict: null, move: { kind: 'hold' } });
    state.decisions.set(`run-1/production#${NOW}`, { decision: 'approve', by: 'ana' });
    expect((await evaluateHealth(waiting, ports)).move).toMatchObject({ kind: 'shift', percent: 10 });
  });

  it('extends the lease at every tick', async () => {
    const { ports, state } = during((s) => (s.figures = traffic(3, { candidate: 0, stable: 0 })));
    await evaluateHealth(input(NOW + 3 * MINUTE), ports);
    expect(state.locks.get('orders#production')?.leaseUntil).toBeGreaterThan((NOW + 18 * MINUTE) / 1000);
  });

  it('keeps each minute once, and again when it is revised', async () => {
    const { ports, state } = during((s) => (s.figures = traffic(2, { candidate: 0, stable: 0 })));
    const at = (tick: number) => ({
      ...input(NOW + tick * MINUTE),
      ...common('EvaluateHealth', { now: NOW + tick * MINUTE, tick }),
    });
    await evaluateHealth(at(2), ports);
    await evaluateHealth(at(2), ports);
    state.figures = traffic(3, { candidate: 0, stable: 0 });
    state.figures['1']?.splice(1, 1, minute(NOW + MINUTE, 901));
    await evaluateHealth(at(3), ports);
    const first = NOW / MINUTE;
    expect(state.kept.map(({ tick, rows }) => ({ tick, rows: JSON.parse(rows) as unknown }))).toEqual([
      {
        tick: 2,
        rows: {
          candidate: [0, 1].map((i) => [first + i, 100, 0, 0, 0]),
          stable: [0, 1].map((i) => [first + i, 900, 0, 0, 0]),
        },
      },
      {
        tick: 3,
        rows: {
          candidate: [[first + 2, 100, 0, 0, 0]],
          stable: [
            [first + 1, 901, 0, 0, 0],
            [first + 2, 900, 0, 0, 0],
          ],
        },
      },
    ]);
  });

  it('rolls back by a metric of the user’s own', async () => {
    const metric = { namespace: 'Shop', name: 'LostCarts', dimensions: { Version: '{version}' } };
    const rule = { name: 'lost carts', metric, better: 'lower', limit: 0.1, breaches: 2, ofMinutes: 2 } as const;
    const { ports } = during((s) => {
      s.figures = traffic(3, { candidate: 0, stable: 0 });
      const values = [0, 1].map((i) => ({ at: NOW + i * MINUTE, value: 0.4 }));
      s.custom = [{ name: 'lost carts', candidate: values, stable: [] }];
    });
    const health = { custom: [rule] };
    expect((await evaluateHealth(input(NOW + 4 * MINUTE, onShare, { health }), ports)).move).toMatchObject({
      kind: 'rollBack',
      reason: 'lost carts was above 0.1 in 2 of 2 minutes (2 are too many): unhealthy',
    });
  });
});
