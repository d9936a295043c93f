import type { HealthRules } from './rules.ts';

/**
 * Seconds until the last figures of a share can have been judged: its last minute ends, its figures arrive, and where latency
 * is compared the cold minutes pass. A verdict that is still open then is open for lack of traffic, not for lack of patience.
 */
export function arrivalSeconds(rules: HealthRules): number {
  const cold = [rules.slow ? rules.ignoreLatencyMinutes : 0, ...rules.custom.map((rule) => rule.ignoreMinutes)];
  return 60 + rules.metricLagSeconds + Math.max(...cold) * 60;
}
