import type { JobResult } from './worker.ts';

interface Row {
  runs: number;
  places: number;
  faults: number;
  violations: number;
  readonly kinds: Map<string, number>;
}

/** A line for each scenario, what was visited in all, then a line for each run that broke something. */
export function reportOf(results: readonly JobResult[]): string[] {
  const rows = rowsOf(results);
  return [...[...rows].map(([name, row]) => line(name, row)), ...totals([...rows]), ...broken(results)];
}

function rowsOf(results: readonly JobResult[]): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const { job, runs, places, faults, byKind, violations } of results) {
    const name = `${job.kind === 'pairs' ? 'pairs' : 'single'} ${job.strategy} ${job.outcome}`;
    const row = rows.get(name) ?? { runs: 0, places, faults, violations: 0, kinds: new Map<string, number>() };
    row.runs += runs;
    row.violations += violations.length;
    for (const [kind, count] of Object.entries(byKind)) row.kinds.set(kind, (row.kinds.get(kind) ?? 0) + count);
    rows.set(name, row);
  }
  return rows;
}

function line(name: string, { runs, places, faults, violations, kinds }: Row): string {
  const counts = [...kinds].map(([kind, count]) => `${kind} ${count}`).join(', ');
  const of = name.startsWith('pairs') ? '' : ` of ${faults} faults at ${places} places`;
  return `${name}: ${runs}${of}, ${violations} broke something (${counts})`;
}

function totals(rows: readonly (readonly [string, Row])[]): string[] {
  return ['single', 'pairs'].flatMap((kind) => {
    const ours = rows.filter(([name]) => name.startsWith(kind)).map(([, row]) => row);
    if (ours.length === 0) return [];
    const sum = (of: (row: Row) => number) => ours.reduce((all, row) => all + of(row), 0).toLocaleString('en');
    const visited =
      kind === 'single'
        ? `one fault each: ${sum(({ runs }) => runs)} of ${sum(({ faults }) => faults)} faults at ${sum(({ places }) => places)} places`
        : `two faults each: ${sum(({ runs }) => runs)} runs`;
    return [`${visited} in ${ours.length} scenarios, ${sum(({ violations }) => violations)} broke something`];
  });
}

function broken(results: readonly JobResult[]): string[] {
  return results.flatMap(({ job, violations }) =>
    violations.map(
      ({ faults, what }) =>
        `BROKE ${job.kind} ${job.strategy} ${job.outcome} ${JSON.stringify(faults)}: ${what.join(' | ')}`,
    ),
  );
}
