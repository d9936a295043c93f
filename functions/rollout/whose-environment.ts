import type { Ports } from '../ports.ts';
import type { Lock, RolloutRecord } from './records.ts';

/**
 * `ours`: the dead rollout still has its environment, which nobody else can take now. `theirs`: a successor went on from
 * what the alias was like. `undecided`: somebody holds it who has not got so far as to change anything; look again later.
 */
export type Whose =
  { readonly kind: 'ours' } | { readonly kind: 'theirs'; readonly successor: string } | { readonly kind: 'undecided' };

type Needs = Pick<Ports, 'ledger' | 'changes'>;

/** How long a dead rollout's lock is kept for putting things right, in seconds. */
const KEEP_SECONDS = 300;

/**
 * Tells whether a dead rollout's environment is still its own at `at` (ms since the epoch). A successor that was refused
 * before it published anything has changed nothing: the alias still needs putting right, and the lock is taken back for
 * that. Safe to repeat.
 * @throws ConcurrentChangeError when the lock changes hands at this moment: the next sweep looks again.
 */
export async function whoseEnvironment(record: RolloutRecord, at: number, ports: Needs): Promise<Whose> {
  const lock = await ports.changes.lock(record);
  if (!lock || lock.fence === record.fence || lock.rollout === record.id) return keep(record, lock, at, ports);
  const current = await ports.ledger.current(record);
  const recorded = current !== undefined && current.rollout !== record.id && current.at > record.startedAt;
  const later = await successors(record, ports);
  const moved = later.findLast((one) => one.candidate !== undefined && one.status !== 'rejected');
  if (moved || recorded) return { kind: 'theirs', successor: moved?.id ?? current?.rollout ?? lock.rollout };
  return takeBack(record, at, ports);
}

async function keep(record: RolloutRecord, lock: Lock | undefined, at: number, { ledger }: Needs): Promise<Whose> {
  if (lock?.owner !== record.execution) return { kind: 'ours' };
  const leaseUntil = Math.max(lock.leaseUntil, untilOf(at));
  await ledger.renewLock(record, { owner: record.execution, fence: lock.fence, leaseUntil });
  return { kind: 'ours' };
}

async function takeBack(record: RolloutRecord, at: number, { ledger }: Needs): Promise<Whose> {
  const claim = { owner: record.execution, rollout: record.id, release: record.release };
  const { taken } = await ledger.takeLock(record, { ...claim, now: at, leaseUntil: untilOf(at) });
  return { kind: taken ? 'ours' : 'undecided' };
}

function untilOf(at: number): number {
  return Math.ceil(at / 1000) + KEEP_SECONDS;
}

/** Rollouts that took the environment's lock after this one, oldest first. */
async function successors({ id, function: name, environment, fence }: RolloutRecord, { ledger }: Needs) {
  const past = await ledger.pastRollouts(name);
  return past.filter((one) => one.environment === environment && one.id !== id && one.fence > fence);
}
