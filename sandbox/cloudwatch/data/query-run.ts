import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { dimensionRecord } from '../dimensions.ts';
import { validationError } from '../errors.ts';
import { evaluate } from '../math/evaluate.ts';
import { MathError, namesIn, type Expression } from '../math/expression.ts';
import { series, type Points, type Scope, type TimeSeries, type Value } from '../math/value.ts';
import type { Statistic } from '../statistics/statistic.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { fetchPoints, type MetricReference, type Point } from './fetch-points.ts';
import type { Grid } from './grid.ts';

/** A query of GetMetricData or of an alarm, checked and parsed. */
export type Query =
  | {
      readonly kind: 'metric';
      readonly id: string;
      readonly label: string;
      readonly returned: boolean;
      readonly metric: MetricReference;
      readonly statistic: Statistic;
      readonly period: number;
    }
  | {
      readonly kind: 'expression';
      readonly id: string;
      readonly label: string;
      readonly returned: boolean;
      readonly expression: Expression;
      readonly period: number | undefined;
    };

/** Result of one query; an expression that gives an array has several. */
export interface QueryResult {
  readonly id: string;
  readonly label: string;
  readonly points: Points;
}

/** The metric of a query in the shape that the store reads. */
export function referenceOf(stat: NonNullable<MetricDataQuery['MetricStat']>): MetricReference {
  return {
    namespace: stat.Metric?.Namespace ?? '',
    name: stat.Metric?.MetricName ?? '',
    dimensions: dimensionRecord(stat.Metric?.Dimensions),
    unit: stat.Unit,
  };
}

/** Computes queries that may refer to one another; each once. */
export class QueryRun {
  readonly #store: MetricStore;
  readonly #queries: ReadonlyMap<string, Query>;
  readonly #gridFor: (periodSeconds: number) => Grid;
  readonly #points = new Map<string, readonly Point[]>();
  readonly #values = new Map<string, Value>();
  readonly #underWay = new Set<string>();

  constructor(store: MetricStore, queries: readonly Query[], gridFor: (periodSeconds: number) => Grid) {
    this.#store = store;
    this.#queries = new Map(queries.map((query) => [query.id, query]));
    this.#gridFor = gridFor;
  }

  /** The results of the queries whose data is returned, in the order of the request. @throws AwsError ValidationError */
  results(): readonly QueryResult[] {
    return [...this.#queries.values()].filter((query) => query.returned).flatMap((query) => this.resultsOf(query));
  }

  /** @throws AwsError ValidationError when an expression does not work out. */
  resultsOf(query: Query): readonly QueryResult[] {
    const value = this.#checked(query);
    if (value.kind === 'scalar')
      throw validationError(`Error in expression '${query.id}': the result must be a time series, not a scalar`);
    if (value.kind === 'series') return [{ id: query.id, label: query.label, points: value.points }];
    return value.items.map(({ points, label }) => ({ id: query.id, label: `${query.label} ${label}`.trim(), points }));
  }

  /** The data points of a metric query, oldest first. */
  pointsOf(query: Query & { kind: 'metric' }): readonly Point[] {
    const known = this.#points.get(query.id);
    if (known) return known;
    const points = fetchPoints(this.#store, query.metric, query.statistic, this.#gridFor(query.period));
    this.#points.set(query.id, points);
    return points;
  }

  /** The period of a query in seconds; for an expression the longest of the metrics in it. */
  periodOf(query: Query): number {
    if (query.kind === 'metric') return query.period;
    if (query.period !== undefined) return query.period;
    const named = [...namesIn(query.expression)].flatMap((name) => this.#queries.get(name) ?? []);
    const used = named.length > 0 ? named : [...this.#queries.values()].filter((each) => each.kind === 'metric');
    return used.reduce((longest, each) => Math.max(longest, each === query ? 0 : this.periodOf(each)), 0) || 60;
  }

  #checked(query: Query): Value {
    try {
      return this.#valueOf(query);
    } catch (cause) {
      if (!(cause instanceof MathError)) throw cause;
      throw validationError(`Error in expression '${query.id}': ${cause.message}`);
    }
  }

  #valueOf(query: Query): Value {
    if (query.kind === 'metric') return this.#seriesOf(query);
    const known = this.#values.get(query.id);
    if (known) return known;
    if (this.#underWay.has(query.id)) throw new MathError(`${query.id} refers to itself`);
    this.#underWay.add(query.id);
    const value = evaluate(query.expression, this.#scope(query));
    this.#underWay.delete(query.id);
    this.#values.set(query.id, value);
    return value;
  }

  #seriesOf(query: Query & { kind: 'metric' }): TimeSeries {
    return series(new Map(this.pointsOf(query).map(({ at, value }) => [at, value])), query.label);
  }

  #scope(query: Query): Scope {
    const find = (id: string): Query => {
      const found = this.#queries.get(id);
      if (!found) throw new MathError(`Unknown variable ${id}`);
      return found;
    };
    return {
      grid: this.#gridFor(this.periodOf(query)),
      lookup: (id) => this.#valueOf(find(id)),
      metrics: () =>
        [...this.#queries.values()].flatMap((each) =>
          each.kind === 'metric' ? [{ id: each.id, series: this.#seriesOf(each) }] : [],
        ),
      periodOf: (id) => {
        const found = find(id);
        return found.kind === 'metric' ? found.period : undefined;
      },
    };
  }
}
