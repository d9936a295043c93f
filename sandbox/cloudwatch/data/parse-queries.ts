import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { unsupported, validationError } from '../errors.ts';
import { UNSUPPORTED_FUNCTIONS } from '../math/evaluate.ts';
import { functionsIn, MathError, namesIn, type Expression } from '../math/expression.ts';
import { parseExpression } from '../math/parse.ts';
import { parseStatistic } from '../statistics/statistic.ts';
import { isPeriod } from './grid.ts';
import { referenceOf, type Query } from './query-run.ts';

/** Words of the expression language that look like ids. */
const KEYWORDS = new Set(['REPEAT', 'LINEAR', 'ASC', 'DESC', 'AVG', 'MIN', 'MAX', 'SUM']);

/** Checks and parses queries. @throws AwsError ValidationError */
export function parseQueries(queries: readonly MetricDataQuery[]): readonly Query[] {
  const parsed = queries.map(parseQuery);
  const ids = new Set(parsed.map(({ id }) => id));
  if (ids.size < parsed.length)
    throw validationError('The values for parameter id in MetricDataQueries are not unique.');
  for (const query of parsed) if (query.kind === 'expression') checkNames(query, ids);
  return parsed;
}

function parseQuery(query: MetricDataQuery): Query {
  const id = query.Id ?? '';
  if (!/^[a-z][a-zA-Z0-9_]*$/u.test(id))
    throw validationError(
      `The value '${id}' for parameter MetricDataQueries.member.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$`,
    );
  if ((query.MetricStat === undefined) === (query.Expression === undefined))
    throw validationError(
      `The parameters MetricStat and Expression are mutually exclusive, and one is required: ${id}`,
    );
  if (query.AccountId !== undefined) throw unsupported('AccountId in queries');
  return query.MetricStat ? parseMetric(id, query, query.MetricStat) : parseMath(id, query, query.Expression ?? '');
}

function parseMetric(id: string, query: MetricDataQuery, stat: NonNullable<MetricDataQuery['MetricStat']>): Query {
  const statistic = parseStatistic(stat.Stat ?? '');
  if (!statistic)
    throw validationError(
      `The value ${stat.Stat} for parameter MetricDataQueries.member.MetricStat.Stat is not supported.`,
    );
  if (!isPeriod(stat.Period))
    throw validationError(
      `The value ${stat.Period} for parameter MetricDataQueries.member.MetricStat.Period is not valid: it must be 1, 5, 10, 20, 30 or a multiple of 60.`,
    );
  if (!stat.Metric?.MetricName || !stat.Metric.Namespace)
    throw validationError('The parameter MetricDataQueries.member.MetricStat.Metric needs Namespace and MetricName.');
  const label = query.Label ?? stat.Metric.MetricName;
  const returned = query.ReturnData ?? true;
  return { kind: 'metric', id, label, returned, metric: referenceOf(stat), statistic, period: stat.Period };
}

function parseMath(id: string, query: MetricDataQuery, text: string): Query {
  if (/^\s*SELECT\b/iu.test(text)) throw unsupported('Metrics Insights queries');
  const expression = parsed(id, text);
  for (const name of functionsIn(expression))
    if (UNSUPPORTED_FUNCTIONS.has(name)) throw unsupported(`the metric math function ${name}`);
  const common = { id, label: query.Label ?? id, returned: query.ReturnData ?? true };
  return { kind: 'expression', ...common, expression, period: query.Period };
}

function parsed(id: string, text: string): Expression {
  try {
    return parseExpression(text);
  } catch (cause) {
    if (!(cause instanceof MathError)) throw cause;
    throw validationError(`Error in expression '${id}': ${cause.message}`);
  }
}

function checkNames(query: Query & { kind: 'expression' }, ids: ReadonlySet<string>): void {
  for (const name of namesIn(query.expression))
    if (!ids.has(name) && !KEYWORDS.has(name))
      throw validationError(`Error in expression '${query.id}': Unknown variable ${name}`);
}
