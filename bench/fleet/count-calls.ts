import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { TASK_STEPS } from '../../infra/steps.ts';
import { RATE_LIMITS } from '../../sandbox/rate-limits/limits.ts';
import { allEnded, BAD_NEWS, badNews, prepare, upload } from './release-fleet.ts';
import { type ReleaseWorld, releaseWorld } from './release-world.ts';

/** One rollout whose calls are counted. */
interface Case {
  readonly title: string;
  readonly policy: Omit<EnvironmentPolicy, 'name'>;
  readonly bad?: true;
}

const CANARY = { type: 'canary', percent: 10, minutes: 10 } as const;
/** A rollout for each strategy, and one that is rolled back. */
export const CASES: readonly Case[] = [
  { title: 'allAtOnce', policy: { strategy: { type: 'allAtOnce' } } },
  { title: 'blueGreen, 10 min', policy: { strategy: { type: 'blueGreen' }, finalBakeMinutes: 10 } },
  { title: 'canary 10 %, 10 min', policy: { strategy: CANARY } },
  { title: 'linear 20 %, every 5 min', policy: { strategy: { type: 'linear', percent: 20, everyMinutes: 5 } } },
  { title: 'budget, 30 min', policy: { strategy: { type: 'budget', failedRequests: 100, minutes: 30 } } },
  { title: 'canary, rolled back', policy: { strategy: CANARY, health: { alarms: [BAD_NEWS] } }, bad: true },
];

/** Calls of one rollout that count against a limit: by the limit's name, then by state. */
type Calls = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Counts the calls of one rollout for each strategy, without throttling, of a function that has a stable version, no traffic,
 * no contract and no alarms; as a Markdown table. The same on every run.
 */
export async function callTable(): Promise<string> {
  const world = await releaseWorld(['fleet-*']);
  try {
    const goBad = await badNews(world, 90);
    const counted: Calls[] = [];
    for (const [index, one] of CASES.entries()) counted.push(await count(world, one, index, goBad));
    return tableOf(counted);
  } finally {
    await world.close();
  }
}

async function count(world: ReleaseWorld, { policy, bad }: Case, index: number, goBad: () => void): Promise<Calls> {
  const { sandbox, outputs } = world;
  const name = `fleet-${index}`;
  await prepare(world, [name], { name: 'production', onInconclusive: 'promote', ...policy });
  const calls: Record<string, Record<string, number>> = {};
  const stop = sandbox.world.observe(({ service, operation, principal }) => {
    const state = principal.kind === 'role' ? world.stepOf(principal.roleName) : undefined;
    const limit = RATE_LIMITS.find((each) => each.service === service && each.counts(operation));
    if (state === undefined || !limit) return;
    const states = (calls[limit.name] ??= {});
    states[state] = (states[state] ?? 0) + 1;
  });
  await upload(world, [name]);
  if (bad) goBad();
  const [ended] = await allEnded(sandbox, outputs['StateMachineArn'] ?? '', index + 1);
  stop();
  if (ended?.status !== (bad ? 'FAILED' : 'SUCCEEDED'))
    throw new Error(`expected another end of ${name}, got ${ended?.status}`);
  return calls;
}

function tableOf(counted: readonly Calls[]): string {
  const [main, ...others] = RATE_LIMITS.map(({ name }) => name);
  const per = (limit: string, state: string) => counted.map((calls) => calls[limit]?.[state] ?? 0);
  const all = (limit: string) => counted.map((calls) => sum(Object.values(calls[limit] ?? {})));
  const states = TASK_STEPS.filter((state) => sum(per(main ?? '', state)) > 0);
  const totals = all(main ?? '');
  const rows: [string, readonly (number | string)[]][] = [
    ...states.map((state): [string, number[]] => [state, per(main ?? '', state)]),
    [`**${main}, in all**`, totals.map((total) => `**${total}**`)],
    ['rollouts a minute that fit the limit', totals.map((total) => Math.floor((15 * 60) / total))],
    ...others.map((limit): [string, number[]] => [`${limit}, in all`, all(limit)]),
  ];
  const head = `| state | ${CASES.map(({ title }) => title).join(' | ')} |`;
  const line = `| --- |${CASES.map(() => ' ---: |').join('')}`;
  return [head, line, ...rows.map(([title, cells]) => `| ${title} | ${cells.join(' | ')} |`), ''].join('\n');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
