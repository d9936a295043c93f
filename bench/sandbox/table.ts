/** One figure: what was measured, how much, and what was aimed at. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Aim: at most, or at least, so much. */
  readonly aim?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether a row's aim is reached; `undefined` when it has none. */
export function reached({ value, aim }: Row): boolean | undefined {
  if (!aim) return undefined;
  return 'atMost' in aim ? value <= aim.atMost : value >= aim.atLeast;
}

/** Rows as a Markdown table. */
export function table(rows: readonly Row[]): string {
  const lines = rows.map(
    (row) => `| ${row.what} | ${round(row.value)} ${row.unit} | ${aimText(row)} | ${verdict(row)} |`,
  );
  return ['| what | measured | aim | reached |', '|---|---|---|---|', ...lines, ''].join('\n');
}

function round(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}

function aimText({ aim, unit }: Row): string {
  if (!aim) return '';
  return 'atMost' in aim ? `≤ ${aim.atMost} ${unit}` : `≥ ${aim.atLeast} ${unit}`;
}

function verdict(row: Row): string {
  const hit = reached(row);
  return hit === undefined ? '' : hit ? 'yes' : 'no';
}

/** The value below which half of the values lie, and the one below which 95 % lie. */
export function quantiles(values: readonly number[]): { median: number; p95: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { median: at(0.5), p95: at(0.95) };
}
