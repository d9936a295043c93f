import type { Schedule } from './schedule.ts';

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Parses `rate(1 minute)`, `rate(5 minutes)`; the unit is singular exactly for one, as EventBridge demands. */
export function parseRate(expression: string): Schedule | undefined {
  const match = /^rate\(([1-9]\d*) (minute|hour|day)(s?)\)$/u.exec(expression);
  if (!match) return undefined;
  const [, count = '', unit = '', plural] = match;
  if ((count === '1') !== (plural === '')) return undefined;
  const every = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return { next: (after, from) => from + (Math.floor(Math.max(0, after - from) / every) + 1) * every };
}
