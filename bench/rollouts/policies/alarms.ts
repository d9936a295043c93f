import type { MinuteFigures } from '../../../domain/health/figures.ts';
import type { Shown } from '../world.ts';

/** What an alarm watches: the alias with both versions, or the candidate by its `ExecutedVersion`. */
export type Watched = 'alias' | 'candidate';

/** Share of failed requests at which an error-rate alarm goes off, as a fraction. */
const ALARM_RATE = 0.01;

/**
 * The alarms that SAM's documentation gives for gradual deployments: `Errors`, `Sum` of 60 seconds, `GreaterThanThreshold` 0,
 * two evaluation periods (AWS SAM, "Gradual deployments": AliasErrorMetricGreaterThanZeroAlarm and
 * LatestVersionErrorMetricGreaterThanZeroAlarm).
 */
export function errorsAlarm(watched: Watched, shown: Shown): boolean {
  const last = minutesOf(watched, shown).slice(-2);
  return last.length === 2 && last.every(({ errors }) => errors > 0);
}

/** An alarm on `100 * Errors / Invocations` above 1 in the last minute. */
export function errorRateAlarm(watched: Watched, shown: Shown): boolean {
  const last = minutesOf(watched, shown).at(-1);
  return last !== undefined && last.errors > ALARM_RATE * last.invocations;
}

function minutesOf(watched: Watched, { candidate, stable }: Shown): MinuteFigures[] {
  if (watched === 'candidate') return candidate;
  const sum = new Map(stable.map((one) => [one.at, { ...one }]));
  for (const one of candidate) {
    const both = sum.get(one.at);
    if (!both) sum.set(one.at, { ...one });
    else {
      both.errors += one.errors;
      both.invocations += one.invocations;
    }
  }
  return [...sum.values()].sort((a, b) => a.at - b.at).slice(-2);
}
