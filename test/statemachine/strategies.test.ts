import { afterEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline } from '../support/pipeline.ts';

let pipeline: Pipeline;
afterEach(() => pipeline.close());

const health = { metricLagSeconds: 60 };

describe('one good release after another', () => {
  it('promotes', async () => {
    pipeline = await Pipeline.start();
    const policy: EnvironmentPolicy = {
      name: 'production',
      strategy: { type: 'canary', percent: 10, minutes: 5 },
      finalBakeMinutes: 3,
      health,
      onInconclusive: 'promote',
    };
    await pipeline.setPolicy([policy]);
    const first = await pipeline.release('1.0.0');
    expect(first).toMatchObject({ status: 'SUCCEEDED' });
    pipeline.startTraffic(10);
    const second = await pipeline.release('1.1.0');
    expect(second).toMatchObject({ status: 'SUCCEEDED' });
    expect(await pipeline.serves()).toBe('2');
  });
});
