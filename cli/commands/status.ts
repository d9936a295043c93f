import type { LambdaClient } from '@aws-sdk/client-lambda';
import { type FreezeSwitch, mayBegin, switchesFor } from '../../domain/freeze/may-begin.ts';
import { planRollouts, type RolloutPlan } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import { describeRouting } from '../../domain/routing.ts';
import type { Routing } from '../../domain/routing.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { type GroupStanding, standingOf } from '../group-standing.ts';
import { standingInWords } from '../group-wording.ts';
import { openGroups } from '../groups.ts';
import { frozenNow } from './freeze.ts';
import { openLedger } from '../ledger.ts';
import type { LedgerView } from '../ledger.ts';
import { columns, instant } from '../output.ts';
import { listPolicies, readPolicy } from '../policies.ts';
import type { StoredPolicy } from '../policies.ts';
import { ordersInWords, type Ordered, withOrders } from '../queues.ts';
import { nowOf } from '../sandbox-control.ts';
import { percent, rolloutStatus } from '../wording.ts';

export interface StatusOptions {
  readonly function?: string;
  readonly json?: boolean;
}

/** One environment as it is now. */
export interface EnvironmentStatus {
  readonly function: string;
  readonly environment: string;
  readonly alias: string;
  /** Semantic version that the environment was last promoted to. */
  readonly release: string | null;
  /** What the alias routes to; null when it does not exist yet. */
  readonly routing: Routing | null;
  readonly rollout: RolloutRecord | null;
  /** The release group under way that the function is a member of, with all of its members. */
  readonly group: GroupStanding | null;
  /** Why no release may begin now, and when that ends (ISO 8601; null when nobody can tell). Null when one may. */
  readonly closed: { readonly because: string; readonly opensAt: string | null } | null;
}

/** What every environment serves, and which rollouts are under way. */
export async function status(options: StatusOptions, context: Context): Promise<void> {
  const { out, connection } = context;
  const rows = await readStatus(options.function, context);
  if (options.json) return out.json(rows);
  out.remark(`in ${await connection.describe()}`);
  if (rows.length === 0) return out.line('no function has a policy yet: write one with `weighbridge policy put`');
  for (const line of columns([HEADINGS, ...rows.map(cells)])) out.line(line);
  for (const line of new Set(rows.flatMap(closedInWords))) out.line(line);
  for (const line of rows.flatMap(ordersInWords)) out.line(line);
  for (const group of new Set(rows.flatMap((row) => row.group ?? [])))
    for (const line of standingInWords(group)) out.line(line);
}

async function readStatus(
  functionName: string | undefined,
  { connection }: Context,
): Promise<(EnvironmentStatus & Ordered)[]> {
  const { LambdaClient } = await import('@aws-sdk/client-lambda');
  const client = new LambdaClient(connection.clientConfig);
  const ledger = await openLedger(connection);
  const policies = functionName ? [await policyOf(functionName, connection)] : await listPolicies(connection);
  const open = await ledger.open(functionName);
  const now = await nowOf(connection);
  const frozen = await frozenNow(ledger.freezes, now);
  const running = await (await openGroups(connection)).running();
  const groups = await Promise.all(running.map((record) => standingOf(record, ledger)));
  const sources = { client, ledger, open, now, frozen, groups };
  const rows = (await Promise.all(policies.map((policy) => environmentsOf(policy, sources)))).flat();
  return withOrders(rows, ledger, now);
}

async function policyOf(functionName: string, connection: Context['connection']): Promise<StoredPolicy> {
  const policy = await readPolicy(connection, functionName);
  if (policy) return policy;
  const todo = `write one with \`weighbridge policy put --function ${functionName} policy.json\``;
  throw new Failure(`${functionName} has no policy in ${await connection.describe()}: ${todo}`);
}

interface Sources {
  readonly client: LambdaClient;
  readonly ledger: LedgerView;
  readonly open: readonly RolloutRecord[];
  /** In ms since the epoch. */
  readonly now: number;
  readonly frozen: readonly FreezeSwitch[];
  readonly groups: readonly GroupStanding[];
}

async function environmentsOf(policy: StoredPolicy, sources: Sources): Promise<EnvironmentStatus[]> {
  const plans = planRollouts(parsePolicy(policy.text));
  return Promise.all(
    plans.map(async (plan) => ({
      function: policy.function,
      environment: plan.environment,
      alias: plan.alias,
      release: (await sources.ledger.current(policy.function, plan.environment))?.release ?? null,
      routing: await routingOf(sources.client, policy.function, plan.alias),
      rollout:
        sources.open.find((open) => open.function === policy.function && open.environment === plan.environment) ?? null,
      group: sources.groups.find(({ members }) => members.some((one) => one.function === policy.function)) ?? null,
      closed: closedNow(plan, policy.function, sources),
    })),
  );
}

/** What a release would be told now. */
function closedNow(plan: RolloutPlan, functionName: string, { now, frozen }: Sources): EnvironmentStatus['closed'] {
  const switches = switchesFor(functionName, plan.frozenWithAll, frozen);
  const decision = mayBegin({ ...plan, now, switches });
  if (decision.kind !== 'closed') return null;
  const { because, opensAt } = decision;
  return { because, opensAt: opensAt === null ? null : new Date(opensAt).toISOString() };
}

function closedInWords({ function: name, environment, closed }: EnvironmentStatus): string[] {
  if (!closed) return [];
  const end = closed.opensAt === null ? '' : `; opens ${instant(closed.opensAt)} UTC`;
  return [`closed: ${name} ${environment}: ${closed.because}${end}`];
}

async function routingOf(client: LambdaClient, FunctionName: string, Name: string): Promise<Routing | null> {
  const { GetAliasCommand } = await import('@aws-sdk/client-lambda');
  try {
    const alias = await client.send(new GetAliasCommand({ FunctionName, Name }));
    return { version: alias.FunctionVersion ?? '', weights: alias.RoutingConfig?.AdditionalVersionWeights ?? {} };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') return null;
    throw cause;
  }
}

const HEADINGS = ['FUNCTION', 'ENVIRONMENT', 'RELEASE', 'SERVES', 'ROLLOUT'];

function cells({ function: name, environment, release, routing, rollout }: EnvironmentStatus): string[] {
  const serves = routing ? describeRouting(routing) : 'nothing yet';
  return [name, environment, release ?? '-', serves, rollout ? rolloutInWords(rollout) : '-'];
}

function rolloutInWords(rollout: RolloutRecord): string {
  const { release, phase, share, verdict, group } = rollout;
  const whose = group === undefined ? undefined : `of group ${group}`;
  const facts = [phase, share === undefined ? undefined : `at ${percent(share)}`, verdict, whose].filter(Boolean);
  return `${release} ${rolloutStatus(rollout)}${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
}
