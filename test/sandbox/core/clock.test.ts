import { describe, expect, it } from 'vitest';
import { createClock } from '../../../sandbox/core/clock.ts';

describe('the virtual clock', () => {
  it('fires timers in order of time, then of creation, without real time passing', async () => {
    const clock = createClock({ kind: 'virtual' }, 1_000);
    const seen: string[] = [];
    clock.setTimer(60_000, () => seen.push(`c@${clock.now()}`));
    clock.setTimer(5_000, () => seen.push(`a@${clock.now()}`));
    clock.setTimer(5_000, () => seen.push(`b@${clock.now()}`));
    await clock.sleep(3_600_000);
    expect(seen).toEqual(['a@6000', 'b@6000', 'c@61000']);
    expect(clock.now()).toBe(3_601_000);
  });

  it('does not advance while work is held, and does while that work sleeps', async () => {
    const clock = createClock({ kind: 'virtual' }, 0);
    const seen: string[] = [];
    clock.setTimer(10, () => seen.push('timer'));
    await clock.held('request', async () => {
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      seen.push('work');
      await clock.held('task', () => clock.sleep(20));
      seen.push('slept');
    });
    expect(seen).toEqual(['work', 'timer', 'slept']);
  });

  it('forgets a cancelled timer', async () => {
    const clock = createClock({ kind: 'virtual' }, 0);
    const seen: string[] = [];
    clock.setTimer(5, () => seen.push('x')).cancel();
    await clock.sleep(10);
    expect(seen).toEqual([]);
  });

  it('keeps thousands of timers in order', async () => {
    const clock = createClock({ kind: 'virtual' }, 0);
    const fired: number[] = [];
    for (let i = 0; i < 5_000; i++) {
      const at = (i * 7919) % 5_003;
      clock.setTimer(at, () => fired.push(at));
    }
    await clock.sleep(6_000);
    expect(fired).toEqual([...fired].sort((a, b) => a - b));
    expect(fired).toHaveLength(5_000);
  });
});

describe('the compressed clock', () => {
  it('runs faster than the machine when idle', async () => {
    const clock = createClock({ kind: 'compressed', factor: 600 }, 0);
    const from = performance.now();
    await clock.sleep(30_000);
    expect(clock.now()).toBeGreaterThanOrEqual(30_000);
    expect(performance.now() - from).toBeLessThan(15_000);
    clock.stop();
  });
});
