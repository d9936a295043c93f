import { describe, expect, it } from 'vitest';
import { patientRetries, type RetryHost } from '../../../functions/aws/retries.ts';

type Kind = 'THROTTLING' | 'TRANSIENT' | 'SERVER_ERROR' | 'CLIENT_ERROR';

/** A machine whose waits are counted; `random` draws the middle, so that each wait is its mean. */
function machine(given: Partial<RetryHost> = {}) {
  const waits: number[] = [];
  const host: RetryHost = {
    sleep: async (ms) => void waits.push(ms),
    random: () => 0.5,
    endsAt: () => undefined,
    urgent: () => false,
    ...given,
  };
  return { retries: patientRetries(host), waits };
}

/**
 * Fails until the strategy gives up; returns how many attempts there were. Pacing between them is real time's: urgent
 * calls have none.
 */
async function attempts({ retries }: ReturnType<typeof machine>, errorType: Kind): Promise<number> {
  let token = await retries.acquireInitialRetryToken('');
  for (let made = 1; ; made++) {
    try {
      token = await retries.refreshRetryTokenForRetry(token, { errorType });
    } catch {
      return made;
    }
  }
}

describe('patientRetries', () => {
  it('repeats a call that failed on the way twice, with waits that double', async () => {
    const one = machine();
    expect(await attempts(one, 'TRANSIENT')).toBe(3);
    expect(one.waits).toEqual([50, 100]);
  });

  it.each(['SERVER_ERROR', 'CLIENT_ERROR'] as const)('does not repeat what is refused or broken: %s', async (kind) => {
    const one = machine();
    expect(await attempts(one, kind)).toBe(1);
    expect(one.waits).toEqual([]);
  });

  it('repeats a throttled call twelve times where nothing ends, waiting longer up to a limit', async () => {
    const one = machine({ urgent: () => true });
    expect(await attempts(one, 'THROTTLING')).toBe(12);
    expect(one.waits).toEqual([100, 200, 400, ...Array.from({ length: 8 }, () => 500)]);
  });

  it('repeats a throttled call until there is just time left for what follows', async () => {
    const endsAt = Date.now() + 60_000;
    let slept = 0;
    const sleep = async (ms: number) => void (slept += ms);
    const until = (left: number) => machine({ sleep, urgent: () => true, endsAt: () => Date.now() + left });
    expect(await attempts(until(5_050), 'THROTTLING')).toBe(1);
    expect(slept).toBe(0);
    const token = await until(60_000).retries.acquireInitialRetryToken('');
    const again = machine({ sleep, urgent: () => true, endsAt: () => endsAt }).retries;
    await again.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING' });
    expect(slept).toBe(100);
  });

  it('draws each wait from nothing to twice its mean', async () => {
    const [least, most] = [machine({ random: () => 0 }), machine({ random: () => 0.999_999 })];
    await attempts(least, 'TRANSIENT');
    await attempts(most, 'TRANSIENT');
    expect(least.waits).toEqual([0, 0]);
    expect(most.waits).toEqual([100, 200]);
  });

  it('has waited already when it hands out a token, and counts the retries in it', async () => {
    const { retries } = machine();
    const first = await retries.acquireInitialRetryToken('');
    const second = await retries.refreshRetryTokenForRetry(first, { errorType: 'TRANSIENT' });
    expect([first, second].map((token) => [token.getRetryCount(), token.getRetryDelay()])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(() => retries.recordSuccess(second)).not.toThrow();
  });
});
