/** What CloudWatch keeps of the data of one period: enough for every statistic, exactly. */
export interface Aggregate {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  /** How often each value occurred. */
  readonly histogram: ReadonlyMap<number, number>;
  /** False when statistic sets came in whose values are not known: percentiles are then not available. */
  readonly exact: boolean;
}

/** An aggregate in the making. */
export class MutableAggregate implements Aggregate {
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;
  exact = true;
  readonly histogram = new Map<number, number>();

  /** Adds a value that occurred `times` times. */
  add(value: number, times: number): void {
    this.count += times;
    this.sum += value * times;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    this.histogram.set(value, (this.histogram.get(value) ?? 0) + times);
  }

  /** Adds another aggregate. */
  merge(other: Aggregate): void {
    this.count += other.count;
    this.sum += other.sum;
    this.min = Math.min(this.min, other.min);
    this.max = Math.max(this.max, other.max);
    this.exact &&= other.exact;
    for (const [value, times] of other.histogram) this.histogram.set(value, (this.histogram.get(value) ?? 0) + times);
  }
}

/**
 * The aggregate of a statistic set as PutMetricData takes it. Its values are known only when there is just one, or
 * when the smallest is also the largest.
 */
export function aggregateOfSet(set: { count: number; sum: number; min: number; max: number }): Aggregate {
  const exact = set.count === 1 || set.min === set.max;
  return { ...set, exact, histogram: exact ? new Map([[set.min, set.count]]) : new Map() };
}
