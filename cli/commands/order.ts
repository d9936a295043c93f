import { type Command, standing } from '../../domain/commands.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { stepFunctions } from '../executions.ts';
import { Failure } from '../failure.ts';
import { openLedger, type LedgerView } from '../ledger.ts';
import { instant } from '../output.ts';
import { nowOf } from '../sandbox-control.ts';
import { lastRollout, restInWords, type Underway, underwayOf, type Which } from '../underway.ts';
import { wake } from '../wake.ts';

export type Order = 'abort' | 'pause' | 'resume';

export interface OrderOptions extends Which {
  readonly why?: string;
  /** Stops the execution: Reconcile restores the alias. */
  readonly now?: boolean;
  readonly json?: boolean;
}

/** What came of it: the order that counts, and whether it had been given before. */
export interface Given {
  readonly command: Command;
  readonly already: boolean;
}

/**
 * Orders something of a rollout that is under way. The order is written down first, by number, so that of two people who
 * give orders each sees the other's; a held rollout is woken, any other one sees it at its next look. The same order
 * again says that it was given already.
 * @throws Failure when it makes no sense, saying why and what the state is.
 */
export async function order(what: Order, options: OrderOptions, context: Context): Promise<void> {
  const { connection } = context;
  const ledger = await openLedger(connection);
  const target = await underwayOf(options, ledger);
  if (!target) return nothingUnderWay(what, options, ledger, context);
  const given = await orderOf(what, target, options, ledger, connection);
  if (options.json) context.out.json({ rollout: target.id, ...given.command, already: given.already });
  else context.out.line(orderInWords(what, target, given, options));
}

/**
 * Writes an order down and sees to it that it is noticed.
 * @throws Failure when it makes no sense, or comes too late.
 */
export async function orderOf(
  what: Order,
  target: Underway,
  options: Pick<OrderOptions, 'why' | 'now'> & Pick<Command, 'goingBackTo'>,
  ledger: LedgerView,
  connection: Connection,
): Promise<Given> {
  refuseSenseless(what, target);
  const mine: Command = {
    command: what,
    by: await connection.caller(),
    why: options.why ?? 'no reason given',
    at: new Date(await nowOf(connection)).toISOString(),
    ...(options.goingBackTo !== undefined && { goingBackTo: options.goingBackTo }),
  };
  const given = await give(mine, target, ledger);
  if (options.now && what === 'abort') await stop(target, given.command, connection);
  else if (what !== 'pause' && target.rollout?.phase === 'held') await wake(target.id, ledger, connection);
  return given;
}

/** What was ordered of which rollout, and what comes of it. */
export function orderInWords(
  what: Order,
  target: Underway,
  { command, already }: Given,
  options: Pick<OrderOptions, 'now'>,
): string {
  const name = `${target.function} ${target.release} in ${target.environment}`;
  if (already) return `${name} was already ${inWords(command)}`;
  return `${name} is ${inWords(command)}; ${effect(what, target, options)}`;
}

async function give(mine: Command, target: Underway, ledger: LedgerView): Promise<Given> {
  for (;;) {
    const commands = await ledger.commands(target.id);
    const before = sameBefore(mine, commands);
    if (before) return { command: before, already: true };
    refuseTooLate(mine, target, commands);
    if (await ledger.order(target.id, commands.length, mine)) return { command: mine, already: false };
  }
}

/** The order that is in force and says the same. */
function sameBefore({ command }: Command, commands: readonly Command[]): Command | undefined {
  const { aborted, paused } = standing(commands);
  if (command === 'abort') return aborted;
  if (aborted) return undefined;
  if (command === 'pause') return paused;
  const last = commands.findLast((one) => one.command === 'pause' || one.command === 'resume');
  return last?.command === 'resume' ? last : undefined;
}

function refuseTooLate({ command }: Command, target: Underway, commands: readonly Command[]): void {
  const { aborted, paused, completing } = standing(commands);
  const name = `${target.function} ${target.release} in ${target.environment}`;
  if (aborted) throw new Failure(`${name} is being rolled back: it was ${inWords(aborted)}`);
  const back = `go back with \`weighbridge rollback --function ${target.function} --environment ${target.environment}\``;
  if (completing) throw new Failure(`${name} is being completed, so it is too late to ${command} it: ${back}`);
  if (command === 'resume' && !paused) throw new Failure(`${name} is not paused: there is nothing to resume`);
}

function refuseSenseless(what: Order, { rollout, waiting, function: name, environment, release }: Underway): void {
  if (rollout?.kind === 'rollback') {
    const todo = 'it takes seconds: wait for its end, then release again or roll back to another version';
    throw new Failure(
      `${name} is being rolled back to ${release} in ${environment}, which nobody can ${what}: ${todo}`,
    );
  }
  if (what === 'abort' || !waiting) return;
  const todo = 'abort it to take it out of the queue';
  throw new Failure(
    `${name} ${release} waits for its turn behind ${waiting.behind}: there is nothing to ${what}; ${todo}`,
  );
}

/** An order to abort that was carried out is no error to repeat; everything else needs a rollout. */
async function nothingUnderWay(
  what: Order,
  options: OrderOptions,
  ledger: LedgerView,
  { out, connection }: Context,
): Promise<void> {
  const last = what === 'abort' ? await lastRollout(options, ledger) : undefined;
  const aborted = last && standing(await ledger.commands(last.id)).aborted;
  const rest = await restInWords(options, ledger, connection);
  if (last && aborted && last.status !== 'promoted') {
    if (options.json) return out.json({ rollout: last.id, ...aborted, already: true });
    return out.line(`${last.function} ${last.release} in ${last.environment} was already ${inWords(aborted)}; ${rest}`);
  }
  const where = options.environment === undefined ? '' : ` in ${options.environment}`;
  const back = what === 'abort' ? '; to go back, use `weighbridge rollback`' : '';
  throw new Failure(
    `no release of ${options.function}${where} is under way, so there is nothing to ${what}: ${rest}${back}`,
  );
}

async function stop({ execution }: Underway, { by, why }: Command, connection: Connection): Promise<void> {
  const { StopExecutionCommand } = await import('@aws-sdk/client-sfn');
  const client = await stepFunctions(connection);
  const cause = `aborted by ${by}: ${why}`;
  await client.send(new StopExecutionCommand({ executionArn: execution, error: 'WithdrawnError', cause }));
}

function effect(what: Order, { rollout, waiting }: Underway, { now }: Pick<OrderOptions, 'now'>): string {
  if (what === 'pause') return 'it stays at its share until it is resumed, and is judged all the same';
  if (what === 'resume') return 'it goes on at its next look';
  if (now) return 'its execution was stopped, and Reconcile gives the alias back within seconds';
  if (waiting) return 'it leaves the queue when it next asks for its turn';
  return rollout?.phase === 'held' ? 'it is woken to roll back' : 'it rolls back at its next look';
}

const PAST = { abort: 'aborted', pause: 'paused', resume: 'resumed', complete: 'completed' } as const;

/** `aborted by … on 2026-01-01 12:00:00 UTC: wrong build`. */
function inWords({ command, by, why, at, takenOverBy, goingBackTo }: Command): string {
  const taken = takenOverBy === undefined ? '' : `, for ${takenOverBy} to take over,`;
  const back = goingBackTo === undefined ? '' : ` to go back to ${goingBackTo}`;
  return `${PAST[command]}${taken} by ${by} on ${instant(at)} UTC${back}: ${why}`;
}
