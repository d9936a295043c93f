import type { World } from '../../core/world.ts';

/** The X-Ray trace header of a call: the caller's, or a new one that is not sampled. */
export function traceOf(world: World, headers: Readonly<Record<string, string>>): string {
  const given = headers['x-amzn-trace-id'];
  if (given) return given;
  const seconds = Math.floor(world.clock.now() / 1_000)
    .toString(16)
    .padStart(8, '0');
  return `Root=1-${seconds}-${world.random.text(24)};Parent=${world.random.text(16)};Sampled=0`;
}
