import type { Ending, PlaceEnding } from './ending.ts';

export type Item = Ending['items'][number];

/** Records of rollouts that executions of the scenario began, in the order of their environments. */
export function records({ items, executions, places }: Pick<Ending, 'items' | 'executions' | 'places'>): Item[] {
  const ours = new Set(executions.map(({ executionArn }) => executionArn));
  const order = places.map(({ environment }) => environment);
  const found = items.filter(({ sk, execution }) => /^rollout#.*T/.test(sk) && ours.has(String(execution)));
  const at = ({ environment }: Item): number => order.indexOf(String(environment));
  return found.toSorted((a, b) => at(a) - at(b));
}

/** Those of one environment that were carried through. */
export function promotedIn(place: Pick<PlaceEnding, 'function' | 'environment'>, ending: Ending): Item[] {
  const own = records(ending).filter(
    (record) => record['function'] === place.function && record['environment'] === place.environment,
  );
  return own.filter(({ status }) => status === 'promoted').toSorted((a, b) => Number(a['fence']) - Number(b['fence']));
}
