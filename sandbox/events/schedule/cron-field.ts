/**
 * Parses one field of a cron expression (`*`, `5`, `1-5`, `0/15`, `1,3,5`, names) into its values in ascending order;
 * `undefined` when it is not valid. `names[i]` stands for `min + i`.
 */
export function parseNumbers(
  field: string,
  min: number,
  max: number,
  names: readonly string[] = [],
): ReadonlySet<number> | undefined {
  const values: number[] = [];
  for (const part of field.split(',')) {
    const range = parsePart(part, min, max, names);
    if (!range) return undefined;
    for (let value = range.from; value <= range.to; value += range.by) values.push(value);
  }
  return new Set(values.sort((a, b) => a - b));
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly by: number;
}

function parsePart(part: string, min: number, max: number, names: readonly string[]): Range | undefined {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0 || (step !== undefined && !/^[1-9]\d*$/u.test(step))) return undefined;
  const by = Number(step ?? 1);
  if (range === '*') return { from: min, to: max, by };
  const [first = '', last, ...rest] = range.split('-');
  const from = numberOf(first, min, names);
  const to = last === undefined ? (step === undefined ? from : max) : numberOf(last, min, names);
  if (rest.length > 0 || from === undefined || to === undefined) return undefined;
  return from < min || to > max || from > to ? undefined : { from, to, by };
}

function numberOf(text: string, min: number, names: readonly string[]): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named >= 0) return min + named;
  return /^\d+$/u.test(text) ? Number(text) : undefined;
}
