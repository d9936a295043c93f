import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { allEnded, prepare, upload } from '../fleet/release-fleet.ts';
import { releaseWorld } from '../fleet/release-world.ts';

/** So many rollouts at once. Real time; the sandbox's own clock is virtual. */
export interface Concurrency {
  readonly size: number;
  readonly succeeded: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  /** Resident memory of the process at the end, in MB. */
  readonly residentMB: number;
  /** From the uploads to the last end, in seconds of the sandbox's clock. */
  readonly virtualSeconds: number;
}

const POLICY: EnvironmentPolicy = {
  name: 'production',
  strategy: { type: 'canary', percent: 10, minutes: 5 },
  onInconclusive: 'promote',
};

/** Uploads that many releases at one instant, without rate limits, and waits for all; preparing does not count. */
export async function measureConcurrency(size: number): Promise<Concurrency> {
  const world = await releaseWorld(['fleet-*']);
  try {
    const names = Array.from({ length: size }, (_, n) => `fleet-${String(n).padStart(4, '0')}`);
    await prepare(world, names, POLICY);
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    const began = await upload(world, names);
    const ended = await allEnded(world.sandbox, world.outputs['StateMachineArn'] ?? '', size);
    const used = process.cpuUsage(cpu);
    return {
      size,
      succeeded: ended.filter(({ status }) => status === 'SUCCEEDED').length,
      wallSeconds: (performance.now() - wall) / 1000,
      cpuSeconds: (used.user + used.system) / 1e6,
      residentMB: process.memoryUsage().rss / 2 ** 20,
      virtualSeconds: (Math.max(...ended.map(({ stopDate }) => Number(stopDate))) - began) / 1000,
    };
  } finally {
    await world.close();
  }
}
