import type { StrategyOf } from './schema.ts';
import { secondsOf, type Step } from './step.ts';

/** Equal rises at equal times until a rise would reach everything. */
export function linearSteps({ percent, everyMinutes }: StrategyOf<'linear'>): Step[] {
  const count = Math.ceil(100 / percent - 1e-9) - 1;
  return Array.from({ length: count }, (_, index) => ({
    percent: Number(((index + 1) * percent).toFixed(6)),
    bakeSeconds: secondsOf(everyMinutes),
  }));
}
