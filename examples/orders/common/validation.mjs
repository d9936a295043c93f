import { catalogue } from './catalogue.mjs';

const MOST_OF_ONE_ARTICLE = 100;

/** Everything that keeps an order from being priced; empty when it is valid. */
export function problemsOf(order) {
  if (typeof order !== 'object' || order === null) return ['the body is not a JSON object'];
  const problems = [];
  if (typeof order.id !== 'string' || order.id === '') problems.push('id: expected a text');
  if (typeof order.country !== 'string') problems.push('country: expected a country code');
  if (!Array.isArray(order.lines) || order.lines.length === 0) problems.push('lines: expected at least one');
  else order.lines.forEach((line, at) => problems.push(...problemsOfLine(line, at)));
  return problems;
}

function problemsOfLine(line, at) {
  const problems = [];
  if (!Object.hasOwn(catalogue, line?.article ?? '')) problems.push(`lines[${at}].article: unknown article`);
  const count = line?.count;
  if (!Number.isInteger(count) || count < 1 || count > MOST_OF_ONE_ARTICLE)
    problems.push(`lines[${at}].count: expected a whole number from 1 to ${MOST_OF_ONE_ARTICLE}`);
  return problems;
}
