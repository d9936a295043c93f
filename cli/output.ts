import { stripVTControlCharacters } from 'node:util';

/** Where a command writes: results to standard output, remarks to standard error. */
export interface Output {
  line(text?: string): void;
  json(value: unknown): void;
  /** Something a person wants to know and a script does not. */
  remark(text: string): void;
}

export interface Stream {
  write(text: string): unknown;
}

export function createOutput(out: Stream = process.stdout, err: Stream = process.stderr): Output {
  return {
    line: (text = '') => void out.write(`${text}\n`),
    json: (value) => void out.write(`${JSON.stringify(value, null, 2)}\n`),
    remark: (text) => void err.write(`${text}\n`),
  };
}

/** Rows as aligned columns, two spaces apart; the last column is not padded. Colour codes take no room. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, widthOf(cell))));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell))))
      .join('  ')
      .trimEnd(),
  );
}

/** Colour codes have no width. */
export function widthOf(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}

/** A length of time in the two largest units that it has: `2 min 30 s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.length === 0 ? '0 s' : shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** `2026-11-23 07:05:45`, in UTC. */
export function instant(iso: string | Date): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}
