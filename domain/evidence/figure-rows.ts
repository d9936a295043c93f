import type { CustomReading, MinuteValue } from '../health/custom/readings.ts';
import type { MinuteFigures } from '../health/figures.ts';
import { MINUTE } from '../health/minutes.ts';

/** The minute figures that a verdict is made from. */
export type GatheredFigures = {
  candidate: readonly MinuteFigures[];
  stable: readonly MinuteFigures[];
  custom: readonly CustomReading[];
};

/**
 * Figures as rows that are small to keep: the minute since the epoch, then the counts (invocations, errors, throttles, slow)
 * or the value. Series are `candidate`, `stable`, and `candidate:<name>` and `stable:<name>` of custom metrics.
 */
export type FigureRows = Map<string, Map<number, readonly number[]>>;

/** Rows in one item: about 40 bytes each, far below the 400 KB that DynamoDB allows an item. */
const ROWS_IN_A_PART = 4000;

export function rowsOf({ candidate, stable, custom }: GatheredFigures): FigureRows {
  const rows: FigureRows = new Map([
    ['candidate', counts(candidate)],
    ['stable', counts(stable)],
  ]);
  for (const reading of custom) {
    rows.set(`candidate:${reading.name}`, values(reading.candidate));
    rows.set(`stable:${reading.name}`, values(reading.stable));
  }
  return rows;
}

/** The figures that rows stand for. */
export function figuresFrom(rows: FigureRows): GatheredFigures {
  const names = [...rows.keys()].filter((series) => series.startsWith('candidate:')).map((one) => one.slice(10));
  return {
    candidate: [...(rows.get('candidate') ?? [])].map(countsFrom),
    stable: [...(rows.get('stable') ?? [])].map(countsFrom),
    custom: names.map((name) => ({
      name,
      candidate: [...(rows.get(`candidate:${name}`) ?? [])].map(valueFrom),
      stable: [...(rows.get(`stable:${name}`) ?? [])].map(valueFrom),
    })),
  };
}

/** The rows of `now` that `known` does not have, or has otherwise: late and revised minutes are in here too. */
export function newRows(known: FigureRows, now: FigureRows): FigureRows {
  const fresh: FigureRows = new Map();
  for (const [series, rows] of now) {
    const before = known.get(series);
    const changed = [...rows].filter(([minute, row]) => String(before?.get(minute)) !== String(row));
    if (changed.length > 0) fresh.set(series, new Map(changed));
  }
  return fresh;
}

/** Adds rows to others; of a minute that comes twice the later figures count. */
export function addRows(known: FigureRows, more: FigureRows): FigureRows {
  for (const [series, rows] of more) {
    const all = known.get(series) ?? new Map<number, readonly number[]>();
    for (const [minute, row] of rows) all.set(minute, row);
    known.set(series, all);
  }
  return known;
}

/** Rows as texts, each small enough for one item; none for no rows. */
export function encodeRows(rows: FigureRows): string[] {
  const all = [...rows].flatMap(([series, minutes]) => [...minutes].map(([minute, row]) => ({ series, minute, row })));
  const parts = Array.from({ length: Math.ceil(all.length / ROWS_IN_A_PART) }, (_, part) =>
    all.slice(part * ROWS_IN_A_PART, (part + 1) * ROWS_IN_A_PART),
  );
  return parts.map((part) => {
    const bySeries: Record<string, number[][]> = {};
    for (const { series, minute, row } of part) (bySeries[series] ??= []).push([minute, ...row]);
    return JSON.stringify(bySeries);
  });
}

/** What `encodeRows` wrote. */
export function decodeRows(text: string): FigureRows {
  const bySeries = JSON.parse(text) as Record<string, [number, ...number[]][]>;
  return new Map(
    Object.entries(bySeries).map(([series, rows]) => [series, new Map(rows.map(([minute, ...row]) => [minute, row]))]),
  );
}

function counts(figures: readonly MinuteFigures[]): Map<number, readonly number[]> {
  return new Map(figures.map((one) => [one.at / MINUTE, [one.invocations, one.errors, one.throttles, one.slow]]));
}

function values(minutes: readonly MinuteValue[]): Map<number, readonly number[]> {
  return new Map(minutes.map(({ at, value }) => [at / MINUTE, [value]]));
}

function countsFrom([minute, row]: [number, readonly number[]]): MinuteFigures {
  const [invocations = 0, errors = 0, throttles = 0, slow = 0] = row;
  return { at: minute * MINUTE, invocations, errors, throttles, slow };
}

function valueFrom([minute, [value = 0]]: [number, readonly number[]]): MinuteValue {
  return { at: minute * MINUTE, value };
}
