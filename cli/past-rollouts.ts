import type { PastRollout, PastTick } from '../domain/evidence/backtest.ts';
import { decodeRows } from '../domain/evidence/figure-rows.ts';
import type { RolloutPlan } from '../domain/plan.ts';
import type { Evidence, KeptFigures } from '../functions/rollout/records.ts';

type Entry = Omit<PastTick, 'at' | 'fresh' | 'verdict'> & { verdict: PastTick['verdict'] | null };

/** A past rollout from its evidence and its figures; undefined when it was never judged, or before figures were kept. */
export function pastRollout(evidence: readonly Evidence[], figures: readonly KeptFigures[]): PastRollout | undefined {
  const begun = evidence.find(({ state }) => state === 'BeginRollout')?.entry as { policy?: RolloutPlan } | undefined;
  const ticks = evidence.flatMap(({ state, tick, at, entry }) => {
    const { verdict, move, decision, position } = entry as Entry;
    if (state !== 'EvaluateHealth' || !verdict || (position as unknown) === undefined) return [];
    const fresh = figures.filter((one) => one.tick === tick).map(({ rows }) => decodeRows(rows));
    return [{ at: Date.parse(at), position, fresh, verdict, move, ...(decision && { decision }) }];
  });
  return begun?.policy && ticks.length > 0 && figures.length > 0 ? { plan: begun.policy, ticks } : undefined;
}
