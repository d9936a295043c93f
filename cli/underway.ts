import type { Waiting } from '../domain/queue.ts';
import type { RolloutRecord } from '../functions/rollout/records.ts';
import type { Connection } from './connection.ts';
import { Failure } from './failure.ts';
import type { LedgerView } from './ledger.ts';
import { instant } from './output.ts';

/** Which rollout a command is about. */
export interface Which {
  readonly function: string;
  readonly environment?: string;
  readonly version?: string;
}

/** A release on its way: its rollout's record, or its entry in the queue while it waits for its turn. */
export interface Underway {
  readonly id: string;
  readonly function: string;
  readonly environment: string;
  readonly release: string;
  readonly execution: string;
  readonly rollout: RolloutRecord | undefined;
  readonly waiting: Waiting | undefined;
}

/**
 * The one release on its way that is meant; undefined when there is none. A rollout comes before what waits behind it.
 * @throws Failure when several could be meant.
 */
export async function underwayOf(which: Which, ledger: LedgerView): Promise<Underway | undefined> {
  const rollouts = (await ledger.open(which.function)).filter((one) => isMeant(one, which)).map(ofRollout);
  const begun = new Set(rollouts.map(({ id }) => id));
  const all = (await ledger.waiting()).filter((one) => one.function === which.function && isMeant(one, which));
  const waiting = all.map(ofWaiting).filter(({ id }) => !begun.has(id));
  const [only, ...others] = rollouts.length > 0 ? rollouts : waiting;
  if (others.length === 0 || !only) return only;
  const list = [only, ...others].map(({ environment, release }) => `${release} in ${environment}`).join(', ');
  throw new Failure(`several releases of ${which.function} are on their way (${list}): say --environment or --version`);
}

/** What an environment is like when there is nothing to command: what it serves, and how its last rollout ended. */
export async function restInWords(which: Which, ledger: LedgerView, connection: Connection): Promise<string> {
  const last = await lastRollout(which, ledger);
  const environment = which.environment ?? last?.environment;
  const place = environment === undefined ? '' : ` in ${environment}`;
  if (environment === undefined) return `nothing was released to it yet in ${await connection.describe()}`;
  const current = await ledger.current(which.function, environment);
  const serves = current ? `it serves ${current.release}` : 'it serves no release yet';
  if (!last) return `${which.function}${place}: ${serves}`;
  const ended = last.endedAt === undefined ? '' : ` at ${instant(last.endedAt)} UTC`;
  return `${serves}${place}; the last rollout, of ${last.release}, was ${last.status}${ended}`;
}

/** The newest rollout that is meant, whether or not it has ended. */
export async function lastRollout(which: Which, ledger: LedgerView): Promise<RolloutRecord | undefined> {
  return (await ledger.history(which.function)).find((one) => isMeant(one, which));
}

function isMeant(one: { environment: string; release: string }, { environment, version }: Which): boolean {
  return (
    (environment === undefined || one.environment === environment) && (version === undefined || one.release === version)
  );
}

/** What commands are about, made of a rollout's record. */
export function ofRollout(rollout: RolloutRecord): Underway {
  const { id, function: name, environment, release, execution } = rollout;
  return { id, function: name, environment, release, execution, rollout, waiting: undefined };
}

function ofWaiting(waiting: Waiting): Underway {
  const { name, function: of, environment, release, execution } = waiting;
  return { id: `${name}/${environment}`, function: of, environment, release, execution, rollout: undefined, waiting };
}
