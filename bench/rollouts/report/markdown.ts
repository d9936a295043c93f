import type { Cell, Effort } from '../cell.ts';
import { POLICIES } from '../policies/all.ts';
import { part, VERIFICATIONS, type Summary } from '../summary.ts';
import type { Target } from '../targets.ts';

/** Where and how the benchmark ran. */
export type Setting = { machine: string; node: string; date: string; seed: number; minutes: number; effort: Effort };

/** The whole report. */
export function markdown(
  setting: Setting,
  cells: readonly Cell[],
  summaries: readonly Summary[],
  targets: readonly Target[],
): string {
  return [
    '# Rollout policies on the same traffic',
    '',
    `Written by \`npm run bench:rollouts\`: seed ${setting.seed}, ${setting.machine}, Node.js ${setting.node}, ${setting.date}, ${setting.minutes.toFixed(1)} minutes; per cell ${setting.effort.equal.toLocaleString('en-US')} runs of each of our policies with equal versions and ${setting.effort.worse.toLocaleString('en-US')} with others.`,
    '',
    '![Failed requests and false rollbacks by policy](rollouts.svg)',
    '',
    ...method(),
    ...targetLines(targets),
    ...tables(cells, summaries),
    ...sources(),
  ].join('\n');
}

function method(): string[] {
  return [
    '## What is simulated',
    '',
    'One alias, a minute at a time, with exact Poisson and binomial draws. All policies meet the same requests, bursts, incidents and delays of a run; only the split is theirs. The traffic follows a curve over the day between half and one and a half times its mean, and has bursts of three times as much. A rollout begins at any second of a minute. CloudWatch shows a minute 60 seconds after its end, unless the cell says otherwise.',
    '',
    `*Failed* are extra requests that failed, or were slow where latency is the matter, only because the candidate had them; until the policy has promoted or rolled back. *In the hour* adds what a promoted bad release is expected to cost until an hour after the beginning. *Held* means that a person has to decide after an hour. *Verified* is the same with VerifyCandidate before it: ${VERIFICATIONS} direct invocations, each of which fails as often as the candidate does. Calls of the AWS API take no time here.`,
    '',
  ];
}

function targetLines(targets: readonly Target[]): string[] {
  const lines = targets.flatMap(({ name, met, measured, missed, beside }) => [
    `### ${met ? 'Met' : 'Missed'}: ${name}`,
    '',
    `${measured}.`,
    '',
    ...list('Missed in', missed),
    ...list('Beside it', beside),
  ]);
  return ['## Targets', '', ...lines, ...limits()];
}

/** Why a mean can lie above the budget although no share went beyond what the evidence allowed. */
function limits(): string[] {
  return [
    '### What keeps the budget from holding in the cells beside it',
    '',
    'Candidates half as bad again as the stable version: a test that knew both rates and saw every request at once would cost the whole budget before it could decide. Ours knows neither rate, looks once a minute and shares its level between two comparisons, so it takes half as much again, and more where the smallest share is large. Candidates that fail often where there is much traffic: the smallest share alone costs more than the budget before its first figures have arrived, two minutes later; a smaller floor, or VerifyCandidate, is the way out.',
    '',
  ];
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, '', ...items.map((item) => `- ${item}`), ''];
}

function tables(cells: readonly Cell[], summaries: readonly Summary[]): string[] {
  const titles = { equal: 'Equal versions', worse: 'Worse candidates', better: 'Better candidates' } as const;
  return (['equal', 'better', 'worse'] as const).flatMap((group) => {
    const own = cells.filter((cell) => cell.group === group);
    return own.length === 0 ? [] : [`## ${titles[group]}`, '', ...own.flatMap((cell) => table(cell, summaries))];
  });
}

function table(cell: Cell, summaries: readonly Summary[]): string[] {
  const rows = summaries.filter((one) => one.cell === cell.name);
  const worse = cell.group === 'worse';
  const head = worse
    ? ['policy', 'caught', 'missed', 'held', 'failed: mean', '99th percentile', 'in the hour', 'verified: mean']
    : ['policy', 'rolled back', 'at most (95 %)', 'promoted', 'held', 'minutes to promote'];
  const body = rows.map((one) => (worse ? worseRow(one) : soundRow(one)));
  return [
    `### ${cell.name}`,
    '',
    ...lines([head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...body]),
    '',
  ];
}

function worseRow(one: Summary): string[] {
  return [
    one.policy,
    percent(part(one, 'rolledBack')),
    percent(part(one, 'promoted')),
    percent(part(one, 'held')),
    number(one.failed.mean),
    number(one.failed.p99),
    number(one.failedInHour.mean),
    number(one.failedVerified.mean),
  ];
}

function soundRow(one: Summary): string[] {
  return [
    one.policy,
    percent(part(one, 'rolledBack')),
    percent(one.rollbackBound),
    percent(part(one, 'promoted')),
    percent(part(one, 'held')),
    one.minutesToPromote === undefined ? '' : one.minutesToPromote.toFixed(1),
  ];
}

function sources(): string[] {
  return ['## Where the rules come from', '', ...POLICIES.map(({ name, source }) => `- ${name}: ${source}`), ''];
}

function lines(rows: readonly string[][]): string[] {
  return rows.map((row) => `| ${row.join(' | ')} |`);
}

function percent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(3))} %`;
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
