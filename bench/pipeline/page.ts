import { cpus, loadavg } from 'node:os';
import { quantiles } from '../sandbox/table.ts';
import type { Concurrency } from './concurrency.ts';
import type { Cost, Recovery } from './costs.ts';
import type { Harness } from './harness.ts';
import { awsLambdaDeploy, LINEAR_STEPS } from './peers.ts';
import type { Recoveries } from './recover.ts';
import { dollarsOf, total } from './usage.ts';

/** All that was measured. */
export interface Measured {
  readonly costs: readonly Cost[];
  readonly recovery: Recovery;
  readonly recoveries: Recoveries;
  readonly harness: Harness;
  readonly concurrency: readonly Concurrency[];
}

/** A target of the project, and what was measured for it. */
interface Target {
  readonly what: string;
  readonly aim: string;
  readonly got: string;
  readonly met: boolean;
}

type Cell = string | number;

/** The tables of the page, by the name between its marks. */
export function tablesOf(measured: Measured): Readonly<Record<string, string>> {
  return {
    machine: machine(),
    targets: targets(measured),
    recovery: recovery(measured),
    costs: costs(measured.costs),
    peers: peers(measured.costs),
    steps: steps(measured.recoveries),
    concurrency: concurrency(measured.concurrency),
  };
}

function machine(): string {
  const [load] = loadavg();
  const when = new Date().toISOString().slice(0, 10);
  return `${when}; ${cpus().length} cores, Node.js ${process.version}; load average at the end ${number(load ?? 0)}.\n`;
}

function targets({ recovery, recoveries, harness, concurrency }: Measured): string {
  const after = recovery.filter((call) => call.startsWith('RollBack'));
  const ticks = recoveries.rollbacks.map(({ fromTick }) => fromTick);
  const rate = harness.rollouts / harness.wallSeconds;
  const perCpu = (harness.rollouts / harness.cpuSeconds) * harness.workers;
  const played = `${number(harness.rollouts)} in ${number(harness.runs)} runs, ${harness.violations} violations`;
  const largest = concurrency.at(-1);
  const rows: Target[] = [
    {
      what: 'bad figure visible → alias restored, beyond the tick: time',
      aim: '≤ 2 s',
      got: `${seconds(quantiles(ticks).median)} median, ${seconds(Math.max(...ticks))} worst of ${ticks.length}`,
      met: Math.max(...ticks) <= 2000,
    },
    {
      what: 'the same: AWS calls from the verdict to the alias restored',
      aim: '≤ 3',
      got: String(after.length),
      met: after.length <= 3,
    },
    {
      what: 'rollouts per second through the fault harness, 2 workers',
      aim: '≥ 20',
      got: `${number(rate)} by the clock, ${number(perCpu)} by processor time (${played})`,
      met: rate >= 20,
    },
    {
      what: 'concurrent rollouts that all end well',
      aim: '1,000',
      got: largest ? `${number(largest.succeeded)} of ${number(largest.size)}` : 'not run',
      met: largest !== undefined && largest.size >= 1000 && largest.succeeded === largest.size,
    },
  ];
  return table(
    ['target', 'aim', 'measured', 'met'],
    rows.map(({ what, aim, got, met }) => [what, aim, got, met ? 'yes' : '**no**']),
  );
}

function recovery({ recovery, recoveries }: Measured): string {
  const rows = recoveries.rollbacks.map(({ fromTick, fromVerdict }, n) => [
    n + 1,
    Math.round(fromTick),
    Math.round(fromVerdict),
  ]);
  const counted = recovery.map((call, n) => `${n + 1}. ${call}`).join('\n');
  const head = ['rollback', 'EvaluateHealth entered → RollBack left, ms', 'verdict → alias written, ms'];
  return `${table(head, rows)}\nThe calls of that tick and of RollBack, in order:\n\n${counted}\n`;
}

function costs(all: readonly Cost[]): string {
  const kinds = Object.keys(dollarsOf((all[0] as Cost).usage));
  const per = (of: (cost: Cost) => Cell) => all.map(of);
  const sum = ({ usage }: Cost) => total(dollarsOf(usage));
  const rows: Cell[][] = [
    ['state transitions', ...per(({ usage }) => usage.transitions)],
    ['Lambda invocations', ...per(({ usage }) => total(usage.invocations))],
    ['AWS calls of the steps', ...per(({ usage }) => total(usage.calls))],
    ['of them to DynamoDB', ...per(({ usage }) => callsTo(usage.calls, 'DynamoDB'))],
    ['metrics asked for', ...per(({ usage }) => usage.metrics)],
    ['DynamoDB units written / read', ...per(({ usage }) => `${usage.writeUnits} / ${usage.readUnits}`)],
    ...kinds.map((kind) => [`${kind}, $`, ...per(({ usage }) => dollars(dollarsOf(usage)[kind] ?? 0))]),
    ['**dollars in all**', ...per((cost) => `**${dollars(sum(cost))}**`)],
    ['rollouts for a dollar', ...per((cost) => Math.floor(1 / sum(cost)))],
  ];
  return table(['per rollout', ...all.map(({ title }) => title)], rows);
}

function callsTo(calls: Readonly<Record<string, number>>, service: string): number {
  return total(Object.fromEntries(Object.entries(calls).filter(([name]) => name.startsWith(`${service} `))));
}

function peers(all: readonly Cost[]): string {
  const rows = all.flatMap(({ title, usage }): Cell[][] => {
    const linear = LINEAR_STEPS[title];
    if (!linear) return [];
    const peer = awsLambdaDeploy(linear.steps);
    const ours = {
      transitions: usage.transitions,
      invocations: total(usage.invocations),
      calls: total(usage.calls),
      dollars: total(dollarsOf(usage)),
    };
    const row = (name: string, one: typeof ours) => [name, one.transitions, one.invocations, one.calls];
    const ratio = (of: keyof typeof ours) => `${number(ours[of] / peer[of])}×`;
    return [
      [...row(`${title}: Weighbridge`, ours), dollars(ours.dollars)],
      [...row(`aws-lambda-deploy, ${linear.words}`, peer), dollars(peer.dollars)],
      ['CodeDeploy', 0, 0, 'its own', '0'],
      [
        'Weighbridge to aws-lambda-deploy',
        ratio('transitions'),
        ratio('invocations'),
        ratio('calls'),
        ratio('dollars'),
      ],
    ];
  });
  return table(['schedule and tool', 'transitions', 'invocations', 'AWS calls', 'dollars'], rows);
}

function steps({ steps }: Recoveries): string {
  const rows = Object.entries(steps).map(([state, all]) => [
    state,
    all.length,
    Math.round(quantiles(all).median),
    Math.max(...all),
  ]);
  return table(['state', 'times', 'median, ms', 'longest, ms'], rows);
}

function concurrency(all: readonly Concurrency[]): string {
  const rows = all.map((one) => [
    number(one.size),
    number(one.succeeded),
    number(one.wallSeconds),
    number(one.cpuSeconds),
    number(one.size / one.wallSeconds),
    number(one.size / one.cpuSeconds),
    number(one.residentMB),
    number(one.virtualSeconds),
  ]);
  const head = [
    'at once',
    'promoted',
    'real s',
    'processor s',
    'rollouts/s',
    'rollouts per processor s',
    'resident MB',
    'virtual s',
  ];
  return table(head, rows);
}

function table(head: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly Cell[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, n) => (n === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line), ''].join('\n');
}

function number(value: number): string {
  return value.toLocaleString('en', value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function dollars(value: number): string {
  return value.toFixed(5);
}
