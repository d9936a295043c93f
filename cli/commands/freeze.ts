import { ALL_FUNCTIONS, inForce, switchInWords } from '../../domain/freeze/may-begin.ts';
import { parseUntil } from '../../domain/freeze/until.ts';
import type { SwitchState } from '../../functions/aws/ledger-freezes.ts';
import type { Context } from '../context.ts';
import { usage } from '../failure.ts';
import { openLedger, type LedgerView } from '../ledger.ts';
import { instant } from '../output.ts';
import { nowOf } from '../sandbox-control.ts';

export interface FreezeOptions {
  /** All functions when absent. */
  readonly function?: string;
  readonly why?: string;
  /** An instant or a length of time; until it is lifted when absent. */
  readonly until?: string;
  /** Shows what is frozen, and what was, instead of changing it. */
  readonly list?: boolean;
  readonly json?: boolean;
}

/** Lets no release of one function, or of any, begin. What is under way goes on, and going back is always possible. */
export async function freeze(options: FreezeOptions, context: Context): Promise<void> {
  if (options.list) return list(options, context);
  const { out, connection } = context;
  const now = await nowOf(connection);
  const until = options.until === undefined ? undefined : parseUntil(options.until, now);
  const { freezes } = await openLedger(connection);
  const seen = await freezes.state(scopeOf(options));
  const wanted = { ...(await byWhom(options, now, context)), frozen: true, ...(until !== undefined && { until }) };
  const same =
    seen?.frozen && inForce(seen, now) && seen.why === wanted.why && options.until === undefined && !seen.until;
  const state = same ? seen : await freezes.change(wanted, seen);
  if (options.json) return out.json(state);
  out.line(switchInWords(state));
  out.line(`rollouts under way go on; lift it with: weighbridge unfreeze${forFunction(options)} --why …`);
}

/** Lifts a freeze; who lifted it, and why, is kept. Not frozen is fine. */
export async function unfreeze(options: FreezeOptions, context: Context): Promise<void> {
  const { out, connection } = context;
  const now = await nowOf(connection);
  const { freezes } = await openLedger(connection);
  const scope = scopeOf(options);
  const seen = await freezes.state(scope);
  const what = scope === ALL_FUNCTIONS ? 'all functions together are' : `${scope} is`;
  if (!seen?.frozen) {
    if (options.json) return out.json(seen ?? { scope, frozen: false });
    return out.line(`${what} not frozen${seen ? ` since ${seen.at}, when ${seen.by} lifted that: ${seen.why}` : ''}`);
  }
  const lifted = await freezes.change({ ...(await byWhom(options, now, context)), frozen: false }, seen);
  if (options.json) return out.json(lifted);
  out.line(`${what} no longer frozen; it was since ${seen.at}, by ${seen.by}: ${seen.why}`);
  await sayWhatRemains(scope, now, freezes, context);
}

/** A function stays frozen with all of them, and the other way round. */
async function sayWhatRemains(
  scope: string,
  now: number,
  freezes: LedgerView['freezes'],
  { out }: Context,
): Promise<void> {
  const others = await frozenNow(freezes, now);
  for (const other of others.filter((one) => one.scope !== scope)) out.line(`still: ${switchInWords(other)}`);
}

/** The switches that are in force at an instant (ms). */
export async function frozenNow(freezes: LedgerView['freezes'], now: number): Promise<readonly SwitchState[]> {
  return (await freezes.all()).filter((one) => one.frozen && inForce(one, now));
}

async function list(options: FreezeOptions, { out, connection }: Context): Promise<void> {
  const { freezes } = await openLedger(connection);
  const now = await nowOf(connection);
  const current = (await freezes.all()).filter(
    (one) => options.function === undefined || one.scope === options.function,
  );
  const earlier = (await Promise.all(current.map(({ scope }) => freezes.earlier(scope)))).flat();
  const all = [...current, ...earlier].sort((a, b) => (a.at < b.at ? 1 : -1));
  if (options.json) return out.json(all);
  out.remark(`in ${await connection.describe()}`);
  if (all.length === 0) out.line('nothing was ever frozen');
  for (const one of all) out.line(stateInWords(one, current.includes(one) && one.frozen && inForce(one, now)));
}

function stateInWords(state: SwitchState, now: boolean): string {
  const { scope, frozen, by, why, at, until } = state;
  const what = `${scope === ALL_FUNCTIONS ? 'all functions' : scope} ${frozen ? 'frozen' : 'unfrozen'} by ${by}`;
  return `${instant(at)}  ${what}${until === undefined ? '' : ` until ${until}`}: ${why}${now ? '  (in force)' : ''}`;
}

async function byWhom(options: FreezeOptions, now: number, { connection }: Context) {
  if (options.why === undefined || options.why.trim() === '')
    throw usage('--why: expected the reason, for the record and for everybody whose release it stops, got nothing');
  return { scope: scopeOf(options), by: await connection.caller(), why: options.why, at: new Date(now).toISOString() };
}

function scopeOf({ function: name }: FreezeOptions): string {
  if (name === undefined) return ALL_FUNCTIONS;
  if (/^[a-zA-Z0-9_-]{1,64}$/.test(name)) return name;
  throw usage(`--function: expected a function name, got ${JSON.stringify(name)}; without it all functions are meant`);
}

function forFunction({ function: name }: FreezeOptions): string {
  return name === undefined ? '' : ` --function ${name}`;
}
