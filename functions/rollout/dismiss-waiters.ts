import { abortInWords, standing } from '../../domain/commands.ts';
import type { Waiting } from '../../domain/queue.ts';
import { isUnderway } from '../notices.ts';
import type { Ports } from '../ports.ts';

type Needs = Pick<Ports, 'ledger' | 'executions' | 'notifier'>;

/** An event about one execution, or a sweep at a time (ms). */
export interface Sweep {
  readonly execution: string | undefined;
  readonly now: number | undefined;
}

/**
 * Takes releases out of the queue whose execution ended while they waited, writes them into the history and tells people.
 * The entry is marked first, so that a step that runs on does not go on from it, and goes last: an attempt that breaks off is
 * made again.
 */
export async function dismissWaiters({ execution, now }: Sweep, ports: Needs): Promise<readonly Waiting[]> {
  const suspect = ({ execution: own, leaseUntil }: Waiting) =>
    execution === undefined ? now === undefined || leaseUntil * 1000 <= now : own === execution;
  const dismissed: Waiting[] = [];
  for (const waiter of (await ports.ledger.waiting()).filter(suspect)) {
    const status = await ports.executions.status(waiter.execution);
    if (status === 'RUNNING' || status === 'PENDING_REDRIVE') continue;
    if (!(await ports.ledger.dismiss(waiter, waiter.name))) continue;
    if (await dismiss(waiter, status, now, ports)) dismissed.push(waiter);
  }
  return dismissed;
}

/** @returns whether it was done; false while another invocation is at it. */
async function dismiss(
  waiter: Waiting,
  status: string | undefined,
  now: number | undefined,
  ports: Needs,
): Promise<boolean> {
  const { function: name, environment, alias, strategy, execution, release } = waiter;
  const id = `${waiter.name}/${environment}`;
  const { aborted } = standing(await ports.ledger.commands(id));
  const why = aborted ? abortInWords(aborted) : `its execution ended (${status ?? 'no longer known'}) while it waited`;
  const kind = waiter.kind ?? 'release';
  const what = kind === 'rollback' ? `the rollback of ${name} to ${release}` : `${name} ${release}`;
  const reason = `${what} was refused in ${environment}: ${why}`;
  const place = { function: name, environment, alias, strategy };
  const nothing = { saved: null, stable: null, stableRelease: null, fence: 0 };
  const endedAt = now === undefined ? waiter.since : new Date(now).toISOString();
  const ended = { startedAt: waiter.since, endedAt, status: 'rejected', reason } as const;
  const record = await ports.ledger.openRollout({ id, execution, release, kind, ...place, ...nothing, ...ended });
  const parties = { function: name, environment, release, stable: undefined, candidate: undefined };
  const notice = { id: `${id}/rejected`, outcome: 'rejected', kind, ...parties, reason, execution } as const;
  if (isUnderway(await ports.notifier.tell(notice, null, 'rivals'))) return false;
  await ports.ledger.leaveQueue(place, waiter.name);
  await ports.ledger.closeRollout(record);
  return true;
}
