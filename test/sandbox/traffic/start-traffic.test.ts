import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTraffic } from '../../../sandbox/traffic/start-traffic.ts';
import type { LambdaWorld } from '../lambda/support/lambda-world.ts';
import { aLambdaWorld, createFunction, release } from '../lambda/support/lambda-world.ts';

const MINUTE = 60_000;
let given: LambdaWorld;

beforeEach(async () => {
  given = await aLambdaWorld();
  await createFunction(given, 'orders');
});
afterEach(() => given.close());

async function twoVersions(weight: number): Promise<void> {
  await release(given, 'orders', 'exports.handler = async () => 1;');
  await release(given, 'orders', 'exports.handler = async () => 2;');
  await given.call('CreateAlias', {
    FunctionName: 'orders',
    Name: 'live',
    FunctionVersion: '1',
    RoutingConfig: { AdditionalVersionWeights: { 2: weight } },
  });
}

describe('startTraffic', () => {
  it('sends evenly spaced requests and counts them by minute and version', async () => {
    given.controls.runInProcess('orders', () => 'ok');
    const began = given.world.clock.now();
    const traffic = startTraffic(given.world, { function: 'orders', ratePerSecond: 10 });
    await given.world.clock.sleep(2 * MINUTE + 1);
    await traffic.stop();
    const stats = traffic.stats();
    expect(stats).toMatchObject({ sent: 1_200, failed: 0, missing: 0, inFlight: 0 });
    expect(stats.byVersion).toEqual({ $LATEST: { sent: 1_200, failed: 0 } });
    const starts = given.data.filter((one) => one.name === 'Invocations' && Object.keys(one.dimensions).length === 0);
    expect(starts[0]?.at).toBe(began + 100);
    expect(starts[9]?.at).toBe(began + 1_000);
    expect(stats.byMinute.reduce((sum, minute) => sum + minute.sent, 0)).toBe(1_200);
  });

  it('counts what users see of a bad version', async () => {
    await twoVersions(0.25);
    given.controls.runInProcess('orders', () => 'ok', { version: '1' });
    const fail = (): never => {
      throw new Error('no stock');
    };
    given.controls.runInProcess('orders', fail, { version: '2' });
    const traffic = startTraffic(given.world, { function: 'orders', qualifier: 'live', ratePerSecond: 50 });
    await given.world.clock.sleep(MINUTE + 1);
    await traffic.stop();
    const { sent, failed, functionErrors, byVersion } = traffic.stats();
    expect(sent).toBe(3_000);
    expect(byVersion[1]?.failed).toBe(0);
    expect(byVersion[2]?.failed).toBe(byVersion[2]?.sent);
    expect(failed).toBe(functionErrors);
    expect(failed).toBe(byVersion[2]?.failed);
    expect(Math.abs(failed / sent - 0.25)).toBeLessThan(0.03);
  });

  it('counts an alias that does not exist yet separately', async () => {
    given.controls.runInProcess('orders', () => 'ok');
    const traffic = startTraffic(given.world, { function: 'orders', qualifier: 'live', ratePerSecond: 1 });
    await given.world.clock.sleep(10_500);
    await given.call('CreateAlias', { FunctionName: 'orders', Name: 'live', FunctionVersion: '$LATEST' });
    await given.world.clock.sleep(10_000);
    await traffic.stop();
    expect(traffic.stats()).toMatchObject({ sent: 10, missing: 10, failed: 0 });
  });

  it('counts throttles as failures', async () => {
    given.controls.runInProcess('orders', () => 'ok');
    await given.call('PutFunctionConcurrency', { FunctionName: 'orders', ReservedConcurrentExecutions: 0 });
    const traffic = startTraffic(given.world, { function: 'orders', ratePerSecond: 1 });
    await given.world.clock.sleep(5_500);
    await traffic.stop();
    expect(traffic.stats()).toMatchObject({ sent: 5, failed: 5, throttled: 5, byVersion: {} });
  });

  it('repeats a Poisson run with the same seed, and spaces requests irregularly', async () => {
    given.controls.runInProcess('orders', () => 'ok');
    const run = async (seed: number): Promise<number> => {
      const traffic = startTraffic(given.world, { function: 'orders', ratePerSecond: 5, spacing: 'poisson', seed });
      await given.world.clock.sleep(MINUTE);
      await traffic.stop();
      return traffic.stats().sent;
    };
    const [first, second, other] = [await run(3), await run(3), await run(4)];
    expect(first).toBe(second);
    expect(Math.abs(first - 300)).toBeLessThan(70);
    expect(other).not.toBe(first);
  });

  it('follows a profile, also through a pause', async () => {
    given.controls.runInProcess('orders', () => 'ok');
    const profile = (elapsed: number): number => (elapsed < 10_000 ? 10 : elapsed < 20_000 ? 0 : 1);
    const traffic = startTraffic(given.world, { function: 'orders', profile });
    await given.world.clock.sleep(30_500);
    await traffic.stop();
    expect(traffic.stats().sent).toBe(100 + 10);
  });

  it('holds time while more requests are under way than allowed', async () => {
    let running = 0;
    let most = 0;
    given.controls.runInProcess('orders', async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    });
    const traffic = startTraffic(given.world, { function: 'orders', ratePerSecond: 1_000, concurrency: 3 });
    await given.world.clock.sleep(1_001);
    await traffic.stop();
    expect(traffic.stats().sent).toBe(1_000);
    expect(most).toBeLessThanOrEqual(3);
  });

  it('refuses a rate that is none', () => {
    expect(() => startTraffic(given.world, { function: 'orders' })).toThrow(
      'expected a profile or a ratePerSecond of at least 0, got undefined',
    );
  });
});
