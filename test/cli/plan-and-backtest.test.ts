import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestRollouts, type BacktestRow } from '../../cli/commands/backtest.ts';
import { plan, type PlannedEnvironment } from '../../cli/commands/plan.ts';
import { connectTo } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { createOutput } from '../../cli/output.ts';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline } from '../support/pipeline.ts';

const CANARY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 20, minutes: 4 },
  onInconclusive: 'rollBack',
};

let pipeline: Pipeline;
let folder: string;

/** A good release, then one that fails every twentieth request. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'backtest-'));
  pipeline = await Pipeline.start();
  pipeline.startTraffic(10);
  await pipeline.setPolicy([CANARY]);
  await pipeline.release('1.0.0');
  await pipeline.release('1.1.0');
  pipeline.behaviours.set('3', { failing: 0.2 });
  await pipeline.release('1.2.0');
}, 120_000);

afterAll(async () => {
  await pipeline.close();
  rmSync(folder, { recursive: true });
});

function aContext(): { context: Context; said: () => string } {
  let text = '';
  const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
  const connection = connectTo({ kind: 'sandbox', clientConfig: pipeline.sandbox.clientConfig });
  return { context: { out, connection, signal: new AbortController().signal }, said: () => text };
}

async function tried(changes: Partial<EnvironmentPolicy>): Promise<BacktestRow[]> {
  const policy = join(folder, 'policy.json');
  writeFileSync(policy, JSON.stringify({ environments: [{ ...CANARY, ...changes }] }));
  const { context, said } = aContext();
  await backtestRollouts({ function: 'orders', policy, limit: 10, json: true }, context);
  return JSON.parse(said()) as BacktestRow[];
}

describe('weighbridge plan', () => {
  it('tells the schedule, what it sees and what a bad release costs, with the traffic that there is', async () => {
    const { context, said } = aContext();
    await plan({ function: 'orders', hours: 24 }, context);
    expect(said()).toMatch(/production: canary 20 % for 4 min, then 100 %/);
    expect(said()).toMatch(/about \d{3} requests a minute in the last 24 h, [\d.]+ % of them failed/);
    expect(said()).toMatch(/20 % from minute 0 to 4: about [\d,]+ requests, sees [\d.]+ percentage points/);
    expect(said()).toMatch(/expected time 4 min/);
    expect(said()).toMatch(/at worst [\d,.]+ failed requests/);
  });

  it('gives its figures as JSON', async () => {
    const { context, said } = aContext();
    await plan({ function: 'orders', hours: 24, environment: 'production', json: true }, context);
    const [found] = JSON.parse(said()) as PlannedEnvironment[];
    expect(found?.forecast.expectedMinutes).toBe(4);
    expect(found?.forecast.traffic.requestsPerMinute).toBeGreaterThan(300);
    expect(found?.forecast.traffic.requestsPerMinute).toBeLessThan(700);
  });

  it('warns where it is blind, and names what would see', async () => {
    await pipeline.setPolicy([{ ...CANARY, strategy: { type: 'canary', percent: 0.1, minutes: 2 } }]);
    const { context, said } = aContext();
    await plan({ function: 'orders', hours: 24 }, context);
    await pipeline.setPolicy([CANARY]);
    expect(said()).toMatch(/warning: .*requests that seeing 5 percentage points takes, .*would see/);
  });

  it('refuses an environment that the policy does not have', async () => {
    const refused = plan({ function: 'orders', hours: 24, environment: 'staging' }, aContext().context);
    await expect(refused).rejects.toThrow(/the policy has no environment staging: it has production/);
  });
});

describe('weighbridge backtest', () => {
  const endings = (rows: readonly BacktestRow[]) =>
    rows.map(({ release, backtest }) => [release, backtest?.was.kind, backtest?.would.kind]);

  it('comes to the same under the same rules', async () => {
    const rows = await tried({});
    expect(endings(rows)).toEqual([
      ['1.2.0', 'rolledBack', 'rolledBack'],
      ['1.1.0', 'completed', 'completed'],
      ['1.0.0', undefined, undefined],
    ]);
    expect(rows[0]?.backtest?.would).toEqual(rows[0]?.backtest?.was);
    expect(rows[0]?.backtest?.verdicts.would).toEqual(rows[0]?.backtest?.verdicts.was);
  });

  it('shows that laxer rules would have let a bad release go on', async () => {
    const [bad] = await tried({ health: { errors: { floorPercent: 50 } } });
    expect(bad?.backtest?.would).toMatchObject({ kind: 'open' });
  });

  it('shows that stricter rules would have kept a good one waiting', async () => {
    const [, good] = await tried({ minInvocations: 1_000_000, onInconclusive: 'hold' });
    expect(good?.backtest?.would).toMatchObject({
      kind: 'open',
      reason: expect.stringMatching(/^bake: .* for the last figures to arrive/) as string,
    });
    expect(good?.backtest?.was).toMatchObject({ kind: 'completed' });
  });

  it('says what it cannot judge again', async () => {
    const metric = { namespace: 'Shop', name: 'Carts', dimensions: { Version: '{version}' } };
    const custom = [{ name: 'carts', metric, better: 'higher', limit: 1 } as const];
    const [bad] = await tried({ health: { slow: { overMilliseconds: 300 }, alarms: ['p99'], custom } });
    expect(bad?.backtest?.notes).toEqual([
      'slow requests over 300 ms cannot be judged again: none were counted',
      'carts cannot be judged again: its values were not gathered',
      'alarm p99 cannot be judged again: it was not looked at',
    ]);
  });

  it('prints a table', async () => {
    const { context, said } = aContext();
    await backtestRollouts({ function: 'orders', limit: 10 }, context);
    expect(said()).toMatch(/RELEASE +ENVIRONMENT +WAS +WOULD BE +WHY/);
    expect(said()).toMatch(/1\.2\.0 +production +rolled back after \d+ min.* candidate [\d,]+ of [\d,]+ failed/);
    expect(said()).toMatch(/1\.0\.0 +production +promoted +- +no figures to judge it by/);
  });
});
