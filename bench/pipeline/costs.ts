import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { TASK_STEPS } from '../../infra/steps.ts';
import { CASES } from '../fleet/count-calls.ts';
import { allEnded, badNews, prepare, upload } from '../fleet/release-fleet.ts';
import { type ReleaseWorld, releaseWorld } from '../fleet/release-world.ts';
import { addCall, noUsage, type Usage } from './usage.ts';

/** One rollout, and what it used. */
export interface Cost {
  readonly title: string;
  readonly usage: Usage;
}

/** Calls between the tick that sees the bad figure and the alias restored, in order, as `<state>: <service> <operation>`. */
export type Recovery = readonly string[];

/** Plays one rollout for each strategy in the sandbox, on the virtual clock, and counts. The same on every run. */
export async function measureCosts(): Promise<{ costs: Cost[]; recovery: Recovery }> {
  const world = await releaseWorld(['fleet-*']);
  try {
    const goBad = await badNews(world, 90);
    const costs: Cost[] = [];
    let recovery: Recovery = [];
    for (const [index, { title, policy, bad }] of CASES.entries()) {
      const name = `fleet-${index}`;
      await prepare(world, [name], { name: 'production', onInconclusive: 'promote', ...policy });
      const counted = await play(world, name, index + 1, bad ? goBad : undefined);
      costs.push({ title, usage: counted.usage });
      if (bad) recovery = lastTick(counted.trail);
    }
    return { costs, recovery };
  } finally {
    await world.close();
  }
}

async function play(world: ReleaseWorld, name: string, executions: number, begin: (() => void) | undefined) {
  const { sandbox, outputs, invocations } = world;
  const usage = noUsage();
  const trail: string[] = [];
  const before = invocations.length;
  const stop = sandbox.world.observe((call) => {
    const state = call.principal.kind === 'role' ? world.stepOf(call.principal.roleName) : undefined;
    if (!inRollout(state)) return;
    addCall(usage, call);
    trail.push(`${state}: ${call.service} ${call.operation}`);
  });
  await upload(world, [name]);
  begin?.();
  const ended = await allEnded(sandbox, outputs['StateMachineArn'] ?? '', executions);
  stop();
  for (const { state } of invocations.slice(before).filter((one) => inRollout(one.state)))
    usage.invocations[state] = (usage.invocations[state] ?? 0) + 1;
  const newest = ended.toSorted((a, b) => Number(b.startDate) - Number(a.startDate))[0]?.executionArn ?? '';
  usage.transitions = await transitions(new SFNClient(sandbox.clientConfig), newest);
  return { usage, trail };
}

/** What runs outside the machine, such as the scheduled sweep, is no part of a rollout. */
function inRollout(state: string | undefined): boolean {
  return TASK_STEPS.some((step) => step === state);
}

/** States entered, tasks tried again, and the way to the end. */
async function transitions(client: SFNClient, executionArn: string): Promise<number> {
  let count = 1;
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, ...(nextToken && { nextToken }) }),
    );
    const events = page.events ?? [];
    const entered = events.filter(({ type = '' }) => type.endsWith('StateEntered')).length;
    const tasks = events.filter(({ type }) => type === 'TaskScheduled').length;
    const first = events.filter(({ type }) => type === 'TaskStateEntered').length;
    count += entered + Math.max(0, tasks - first);
    nextToken = page.nextToken;
  } while (nextToken);
  return count;
}

/** From the first call of the last evaluation, the claim of its idempotency record, to the write of the alias. */
function lastTick(trail: readonly string[]): Recovery {
  const write = trail.indexOf('RollBack: Lambda UpdateAlias');
  const calls = trail.slice(0, write + 1);
  const began = calls.lastIndexOf('EvaluateHealth: DynamoDB PutItem');
  if (write < 0 || began < 0) throw new Error(`expected a rollback, got ${trail.slice(-10).join(', ')}`);
  return calls.slice(began);
}
