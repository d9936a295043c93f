import { describe, expect, it } from 'vitest';
import type { TrafficMinute } from '../../domain/health/traffic.ts';
import { warm } from '../../functions/rollout/warm.ts';
import { aCandidate, aPlan, aProgress, aRelease, aRollout, common, NOW } from '../support/builders.ts';
import { type FakeState, fakePorts } from '../support/fake-ports.ts';

const contract = [{ name: 'answers', event: { path: '/' }, expect: { status: 200 } }];
const move = { kind: 'shift', percent: 10, step: 0, reason: 'step 1' } as const;

function input(
  verify: Parameters<typeof aPlan>[0] = {},
  changes: { contract?: typeof contract; first?: boolean } = {},
) {
  return {
    ...common('ShiftTraffic'),
    release: aRelease({ contract: changes.contract ?? contract }),
    plan: aPlan(verify),
    rollout: aRollout(changes.first ? { saved: null, stable: null } : {}),
    candidate: aCandidate(),
    progress: aProgress(),
    move,
  };
}

function portsWith(change: (state: FakeState) => void) {
  const { ports, state } = fakePorts();
  const asked: (string | undefined)[] = [];
  state.answers = (_event, qualifier) => {
    asked.push(qualifier);
    return { payload: null, milliseconds: 1 };
  };
  change(state);
  return { ports, asked };
}

/** A minute in which `busy` environments were busy all the time. */
const busyMinute = (busy: number): TrafficMinute => {
  return { at: NOW - 60_000, invocations: 600, errors: 0, throttles: 0, milliseconds: busy * 60_000 };
};

describe('warm', () => {
  it.each([
    { name: 'a tenth of busy traffic', busy: 40, percent: 10, times: 10 }, // 4 + 3 * 2
    { name: 'all of it', busy: 36, percent: 100, times: 54 }, // 36 + 3 * 6
    { name: 'next to nothing', busy: 0.01, percent: 10, times: 1 },
    { name: 'no traffic', busy: 0, percent: 10, times: 0 },
    { name: 'more than is ever warmed at once', busy: 5000, percent: 50, times: 100 },
  ])('invokes the candidate $times times at once for $name', async ({ busy, percent, times }) => {
    const { ports, asked } = portsWith((s) => (s.traffic = busy === 0 ? [] : [busyMinute(busy), busyMinute(busy / 2)]));
    expect(await warm(input(), percent, ports)).toEqual({ wanted: times, answered: times });
    expect(asked).toEqual(Array.from({ length: times }, () => '2'));
  });

  it.each([
    { name: 'a number of the policy', given: input({ verify: { warm: 4 } }), times: 4 },
    { name: 'none of the policy', given: input({ verify: { warm: 0 } }), times: 0 },
    { name: 'no sample event', given: input({}, { contract: [] }), times: 0 },
    { name: 'a first release without traffic', given: input({}, { first: true }), times: 0 },
  ])('follows $name', async ({ given, times }) => {
    const { ports, asked } = portsWith((s) => (s.traffic = [busyMinute(9)]));
    await warm(given, 10, ports);
    expect(asked).toHaveLength(times);
  });

  it('never stops a rollout: what fails or throttles is told, not thrown', async () => {
    const { ports } = portsWith((s) => {
      s.traffic = [busyMinute(1)];
      s.answers = () => {
        throw new Error('throttled');
      };
    });
    expect(await warm(input(), 100, ports)).toEqual({ wanted: 4, answered: 0, problem: 'Error' });
    ports.health.traffic = () => Promise.reject(new Error('no metrics'));
    expect(await warm(input(), 100, ports)).toEqual({ wanted: 0, answered: 0, problem: 'Error' });
  });

  it('goes on without a candidate that does not answer', async () => {
    const { ports } = portsWith((s) => (s.traffic = [busyMinute(1)]));
    ports.functions.invoke = () => new Promise(() => undefined);
    expect(await warm(input(), 100, ports)).toEqual({ wanted: 4, answered: 0 });
  });
});
