import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Command } from '../domain/commands.ts';
import type { Waiting } from '../domain/queue.ts';
import type { Evidence, RolloutRecord } from '../functions/rollout/records.ts';
import { describeExecution } from './executions.ts';
import type { Execution } from './executions.ts';
import type { LedgerView } from './ledger.ts';

/** Something that became known about an execution. */
export type Happening =
  | { readonly kind: 'state'; readonly state: string; readonly at: string }
  | { readonly kind: 'rollout'; readonly rollout: RolloutRecord }
  | { readonly kind: 'evidence'; readonly rollout: RolloutRecord; readonly evidence: Evidence }
  | { readonly kind: 'waiting'; readonly waiting: Waiting; readonly at: string }
  | { readonly kind: 'command'; readonly rollout: RolloutRecord; readonly command: Command }
  | { readonly kind: 'end'; readonly execution: Execution };

export interface Watching {
  readonly client: SFNClient;
  readonly ledger: LedgerView;
  readonly execution: string;
  readonly pollMs: number;
  /** Ends the watching, not the execution. */
  readonly signal?: AbortSignal;
  /** Waits, where time is not the machine's. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

/**
 * Follows an execution to its end: the states it enters, the rollouts it opens, and their evidence, each once and in order.
 * Reads only, and can begin at any time: what happened before comes first.
 */
export async function* follow(watching: Watching): AsyncGenerator<Happening> {
  const states = stateReader(watching);
  const evidence = evidenceReader(watching);
  const queue = queueReader(watching);
  for (;;) {
    const execution = await describeExecution(watching.client, watching.execution);
    const entered = await states();
    yield* merged(entered, [...(await queue(execution, entered)), ...(await evidence(execution))]);
    if (execution.status !== 'RUNNING') {
      yield { kind: 'end', execution };
      return;
    }
    if (await interrupted(watching)) return;
  }
}

/** States entered since the last call, from the execution's history. */
function stateReader({ client, execution }: Watching): () => Promise<Happening[]> {
  let seen = 0;
  return async () => {
    const { paginateGetExecutionHistory } = await import('@aws-sdk/client-sfn');
    const input = { executionArn: execution, reverseOrder: true, includeExecutionData: false };
    const found: Happening[] = [];
    let newest = seen;
    read: for await (const { events = [] } of paginateGetExecutionHistory({ client, pageSize: 100 }, input)) {
      for (const { id = 0, timestamp, stateEnteredEventDetails } of events) {
        if (id <= seen) break read;
        newest = Math.max(newest, id);
        const state = stateEnteredEventDetails?.name;
        if (state) found.push({ kind: 'state', state, at: (timestamp ?? new Date(0)).toISOString() });
      }
    }
    seen = newest;
    return found.reverse();
  };
}

/** Rollouts and evidence that are new since the last call. */
function evidenceReader({ ledger }: Watching): (execution: Execution) => Promise<Happening[]> {
  const opened = new Set<string>();
  const told = new Set<string>();
  return async (execution) => {
    const functionName = execution.trigger.function;
    if (!functionName) return [];
    const happenings: Happening[] = [];
    for (const rollout of await ledger.ofExecution(functionName, execution.arn)) {
      if (!opened.has(rollout.id)) happenings.push({ kind: 'rollout', rollout });
      opened.add(rollout.id);
      for (const command of await ledger.commands(rollout.id)) {
        const key = `${rollout.id}#${command.command}#${command.at}`;
        if (!told.has(key)) happenings.push({ kind: 'command', rollout, command });
        told.add(key);
      }
      for (const evidence of await ledger.evidence(rollout.id)) {
        const key = `${rollout.id}#${evidence.tick}#${evidence.state}`;
        if (!told.has(key)) happenings.push({ kind: 'evidence', rollout, evidence });
        told.add(key);
      }
    }
    return happenings;
  };
}

/** What the execution waits behind, each time that it is something else. */
function queueReader({
  ledger,
}: Watching): (execution: Execution, entered: readonly Happening[]) => Promise<Happening[]> {
  let behind: string | undefined;
  let waits = false;
  return async ({ arn }, entered) => {
    const turns = entered.filter((one) => one.kind === 'state' && one.state === 'WaitForTurn');
    waits = waits || turns.length > 0;
    const waiting = waits ? (await ledger.waiting()).find(({ execution }) => execution === arn) : undefined;
    if (!waiting || waiting.behind === behind) return [];
    behind = waiting.behind;
    const last = turns.at(-1);
    return [{ kind: 'waiting', waiting, at: last?.kind === 'state' ? last.at : waiting.since }];
  };
}

/** In order of time; evidence of a state comes after its beginning. */
function merged(states: readonly Happening[], evidence: readonly Happening[]): Happening[] {
  const all = [...states, ...evidence].map((happening, order) => ({ happening, order, at: timeOf(happening) }));
  return all.sort((a, b) => a.at - b.at || a.order - b.order).map(({ happening }) => happening);
}

function timeOf(happening: Happening): number {
  switch (happening.kind) {
    case 'state':
      return Date.parse(happening.at);
    case 'rollout':
      return Date.parse(happening.rollout.startedAt);
    case 'waiting':
      return Date.parse(happening.at);
    case 'command':
      return Date.parse(happening.command.at);
    case 'evidence':
      return Date.parse(happening.evidence.at);
    case 'end':
      return Number.POSITIVE_INFINITY;
  }
}

/** Waits until the next look; true when nobody wants to see more. */
export async function interrupted({
  pollMs,
  signal,
  sleep,
}: Pick<Watching, 'pollMs' | 'signal' | 'sleep'>): Promise<boolean> {
  if (signal?.aborted) return true;
  if (sleep) return sleep(pollMs).then(() => signal?.aborted ?? false);
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve(signal?.aborted ?? false);
    };
    const timer = setTimeout(done, pollMs);
    signal?.addEventListener('abort', done);
  });
}
