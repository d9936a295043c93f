import { abortInWords, type Command, standing } from '../../domain/commands.ts';
import {
  expected,
  InvalidReleaseError,
  NotReadyError,
  TransientAwsError,
  WithdrawnError,
} from '../../domain/errors.ts';
import { leaseUntil } from '../../domain/lease.ts';
import { askAgainSeconds, type Holder, turnOf, waiterLease, type Waiting } from '../../domain/queue.ts';
import type { Release, ReturningRelease } from '../../domain/release.ts';
import type { BeginRolloutInput } from '../inputs.ts';
import type { Ports } from '../ports.ts';
import type { Lock, Place } from './records.ts';

/** `taken`: the environment is ours, under this fencing number. `busy`: ask again after so long. */
export type TurnTaken =
  | { readonly kind: 'taken'; readonly fence: number }
  | { readonly kind: 'busy'; readonly reason: string; readonly askAgainSeconds: number };

type Needs = Pick<Ports, 'ledger' | 'executions'>;

/** After this long a release no longer waits for its turn, in ms: the history of an execution is finite. */
const LONGEST_WAIT = 12 * 3_600_000;
/** Times that a lost race for the lock is decided again. */
const ATTEMPTS = 4;

/**
 * Takes the environment's lock when it is this release's turn, else stands in the queue. The domain decides from the
 * queue's entries; the lock's conditional write has the last word. A retry finds its own lock.
 * @throws WithdrawnError when a newer release took this one's place, or somebody aborted it while it waited: reject.
 * @throws InvalidReleaseError when it wants to take over from a rollout that is not older: reject.
 * @throws NotReadyError when it waited too long: reject.
 * @throws TransientAwsError when others keep taking the lock: retry.
 */
export async function takeTurn(input: BeginRolloutInput, ports: Needs): Promise<TurnTaken> {
  const place = placeOf(input);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const lock = await ports.ledger.lockOf(place);
    if (lock?.owner === input.execution.id && lock.rollout === rolloutOf(input)) return taken(input, lock.fence, ports);
    if (input.release.kind === 'rollback') refuseUnnamed(input, input.release, lock);
    const waiting = await ports.ledger.waiting(place);
    const stands = waiting.some(({ execution }) => execution === input.execution.id);
    if (!stands && input.step.tick > 0) throw dismissed(input);
    const me = await myEntry(input, waiting, ports);
    const turn = turnOf({ me, waiting, holder: holderOf(lock, input.step.now), now: input.step.now });
    if (turn.kind === 'superseded') throw new WithdrawnError(turn.reason);
    if (turn.kind === 'tooOld') throw new InvalidReleaseError(turn.reason);
    if (turn.kind === 'takeOver') await takeOver(input, turn.holder, ports);
    if (turn.kind !== 'take') return stand({ ...me, behind: turn.behind }, stands, input, ports);
    const won = await ports.ledger.takeLock(place, { ...claimOf(input), ...(stands && { leaving: me.name }) });
    if (won.taken) return { kind: 'taken', fence: won.lock.fence };
  }
  const what = `the lock of ${place.function} ${place.environment} to hold still`;
  throw new TransientAwsError(expected(what, 'others taking it', 'try again'));
}

/**
 * A rollback that names its target ends a rollout that is under way, and waits until the alias is restored. One that names
 * none means what was served before: during a rollout that could be either of two releases, and nobody guesses.
 */
function refuseUnnamed(
  input: BeginRolloutInput,
  { function: name, rollback }: ReturningRelease,
  lock: Lock | undefined,
): void {
  const { environment } = input.plan;
  const holder = holderOf(lock, input.step.now);
  if (!holder || (rollback.named === true && holder.release !== undefined)) return;
  const todo =
    holder.release === undefined
      ? 'wait for its end, then look whether you still want to go back'
      : `name the release to go back to, or abort that first: \`weighbridge abort --function ${name} --environment ${environment}\``;
  throw new NotReadyError(expected(`no rollout of ${environment} under way`, `rollout ${holder.rollout}`, todo));
}

/** Whoever has the lock no longer waits. */
async function taken({ execution, ...input }: BeginRolloutInput, fence: number, { ledger }: Needs): Promise<TurnTaken> {
  await ledger.leaveQueue(placeOf(input), execution.name);
  return { kind: 'taken', fence };
}

/** The entry as it stands, or a new one. Nobody knows of a release that has not waited yet, so nobody can have aborted it. */
async function myEntry(input: BeginRolloutInput, waiting: readonly Waiting[], { ledger }: Needs): Promise<Waiting> {
  const { release, plan, execution, step } = input;
  const stored = waiting.find((one) => one.execution === execution.id);
  if (stored) await refuseAborted(await ledger.commands(rolloutOf(input)));
  return {
    ...placeOf(input),
    alias: plan.alias,
    strategy: plan.strategy,
    execution: execution.id,
    name: execution.name,
    ...(release.kind === 'rollback' && { kind: release.kind }),
    release: release.version,
    mode: plan.queue,
    ...(release.kind !== 'rollback' && release.expedite && { expedite: release.expedite }),
    since: stored?.since ?? new Date(step.now).toISOString(),
    leaseUntil: 0,
    behind: '',
  };
}

async function refuseAborted(commands: readonly Command[]): Promise<void> {
  const { aborted } = standing(commands);
  if (aborted) throw new WithdrawnError(abortInWords(aborted));
}

async function stand(me: Waiting, renews: boolean, input: BeginRolloutInput, { ledger }: Needs): Promise<TurnTaken> {
  const { now } = input.step;
  const waited = now - Date.parse(me.since);
  if (waited >= LONGEST_WAIT) throw waitedTooLong(me, me.behind);
  const seconds = askAgainSeconds(waited, me.kind);
  if (!(await ledger.enqueue({ ...me, leaseUntil: waiterLease(now, seconds) }, renews))) throw dismissed(input);
  return { kind: 'busy', reason: `waits for its turn behind ${me.behind}`, askAgainSeconds: seconds };
}

/** Reconcile took it out of the queue, since its execution has ended, and told people: this step runs on for nothing. */
function dismissed({ release, plan }: BeginRolloutInput): WithdrawnError {
  const what = `${release.version} to wait for its turn in ${plan.environment}`;
  return new WithdrawnError(expected(what, 'no entry in the queue: it was dismissed', 'release it again'));
}

/** The first order to abort counts. A held rollout is woken, any other one sees it at its next look. */
async function takeOver(input: BeginRolloutInput, holder: Holder, ports: Needs): Promise<void> {
  const { release, step } = input;
  const at = new Date(step.now).toISOString();
  const order = orderOf(release);
  if (!order) return;
  const command: Command = { command: 'abort', ...order, at };
  const commands = await ports.ledger.commands(holder.rollout);
  const { aborted, completing } = standing(commands);
  if (aborted || completing) return;
  if (!(await ports.ledger.order(holder.rollout, commands.length, command))) return;
  const token = await ports.ledger.heldToken(holder.rollout);
  if (token !== undefined) await ports.executions.wake(token);
}

/** Who takes over, and why: for an expedited release, or to go back to another one than the rollout would restore. */
function orderOf(release: Release): Pick<Command, 'by' | 'why' | 'takenOverBy' | 'goingBackTo'> | undefined {
  const { version } = release;
  if (release.kind === 'rollback') return { by: release.rollback.by, why: release.rollback.why, goingBackTo: version };
  return release.expedite && { ...release.expedite, takenOverBy: version };
}

/** A lock whose lease ran out holds nobody back. */
function holderOf(lock: Lock | undefined, now: number): Holder | undefined {
  if (!lock || lock.owner === '' || lock.leaseUntil * 1000 <= now) return undefined;
  return { rollout: lock.rollout, release: lock.release };
}

function claimOf(input: BeginRolloutInput) {
  const { release, plan, execution, step } = input;
  const lease = { now: step.now, leaseUntil: leaseUntil(step.now, plan) };
  const named = release.kind === 'release' ? { release: release.version } : {};
  return { owner: execution.id, rollout: rolloutOf(input), ...named, ...lease };
}

function placeOf({ release, plan }: Pick<BeginRolloutInput, 'release' | 'plan'>): Place {
  return { function: release.function, environment: plan.environment };
}

function rolloutOf({ execution, plan }: Pick<BeginRolloutInput, 'execution' | 'plan'>): string {
  return `${execution.name}/${plan.environment}`;
}

function waitedTooLong({ release, environment }: Waiting, behind: string): NotReadyError {
  const what = `${release} to get its turn in ${environment} within 12 hours`;
  return new NotReadyError(
    expected(what, `nothing but ${behind}`, 'look at that rollout, then upload the release again'),
  );
}
