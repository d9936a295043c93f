import { planRollouts } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import { describeRouting, promoted, sameRouting } from '../../domain/routing.ts';
import { aliasGateway } from '../../functions/aws/alias-gateway.ts';
import { functionGateway } from '../../functions/aws/function-gateway.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import type { AliasState } from '../../functions/ports.ts';
import type { CurrentRelease } from '../../functions/rollout/records.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { Failure, usage } from '../failure.ts';
import { openLedger } from '../ledger.ts';
import type { LedgerView } from '../ledger.ts';
import { readPolicy } from '../policies.ts';
import { underLock } from '../under-lock.ts';

export interface RestoreOptions {
  readonly function: string;
  readonly environment: string;
  readonly why: string;
  readonly json?: boolean;
}

/** What was done: `restored`, or `unchanged` when the alias was there already. */
interface Restored {
  readonly outcome: 'restored' | 'unchanged';
  readonly alias: string;
  readonly before: string;
  readonly release: string;
  readonly lambdaVersion: string;
}

/**
 * Puts an alias that somebody moved back where the ledger says it belongs: the counterpart of `adopt`. The environment is
 * locked meanwhile, who does it and why is written down first, and the write holds only if the alias is still as it was
 * read. Safe to repeat.
 * @throws Failure when a rollout is under way, the ledger knows no release, the version is gone, or the alias changes meanwhile.
 */
export async function restore(options: RestoreOptions, { out, connection }: Context): Promise<void> {
  const ledger = await openLedger(connection);
  const by = await connection.caller();
  const work = { function: options.function, environment: options.environment, verb: 'restore', by };
  const done = await underLock(work, ledger, connection, (now) => putBack({ ...options, by, now }, ledger, connection));
  if (options.json) return out.json(done);
  const what = `alias ${done.alias} of ${options.function}`;
  const where = `${done.release} (version ${done.lambdaVersion})`;
  out.line(
    done.outcome === 'restored'
      ? `${what} is back at ${where}; it was at ${done.before}`
      : `${what} is at ${where} already`,
  );
}

type Wish = RestoreOptions & { readonly by: string; readonly now: number };

async function putBack(wish: Wish, ledger: LedgerView, connection: Connection): Promise<Restored> {
  const current = await ledger.current(wish.function, wish.environment);
  if (!current)
    throw new Failure(
      `the ledger knows no release of ${wish.function} in ${wish.environment}: there is nothing to restore`,
    );
  const alias = await aliasOf(wish, connection);
  const gateway = aliasGateway(lambdaHost({ sdk: connection.clientConfig }));
  const there = await gateway.read(wish.function, alias);
  const wanted = promoted(current.lambdaVersion);
  const before = there ? describeRouting(there.routing) : 'nothing';
  const facts = { alias, before, release: current.release, lambdaVersion: current.lambdaVersion };
  if (there && sameRouting(there.routing, wanted)) return { outcome: 'unchanged', ...facts };
  await checkVersion(wish, current, connection);
  await note(wish, current, ledger);
  const answer = await write(gateway, wish.function, alias, current.lambdaVersion, there);
  if ('conflict' in answer)
    throw new Failure(`alias ${alias} of ${wish.function} was changed at the same moment: look again`);
  return { outcome: 'restored', ...facts };
}

type Gateway = ReturnType<typeof aliasGateway>;

function write(gateway: Gateway, name: string, alias: string, version: string, there: AliasState | undefined) {
  if (!there) return gateway.create(name, alias, version);
  return gateway.write(name, alias, promoted(version), there.revisionId);
}

/** Written before the alias is, so that a change without a reason cannot be ours. */
async function note(
  { by, why, now, ...place }: Wish,
  { lambdaVersion }: CurrentRelease,
  ledger: LedgerView,
): Promise<void> {
  const at = new Date(now).toISOString();
  const change = { eventId: `restore-${at}`, action: 'restore', at, by, why, version: lambdaVersion };
  await ledger.changes.record(place, change);
  await ledger.changes.told(place, change);
}

async function checkVersion(wish: Wish, current: CurrentRelease, connection: Connection): Promise<void> {
  const { lambdaVersion, release, codeSha256 } = current;
  const facts = await functionGateway(lambdaHost({ sdk: connection.clientConfig })).describe(
    wish.function,
    lambdaVersion,
  );
  const what = `version ${lambdaVersion} of ${wish.function}, as which the ledger knows ${release},`;
  if (!facts)
    throw new Failure(`${what} is gone: release it again, or accept what is there with \`weighbridge adopt\``);
  if (facts.codeSha256 !== codeSha256)
    throw new Failure(`${what} has other code (${facts.codeSha256}) than was released (${codeSha256})`);
  if (facts.state !== 'Active')
    throw new Failure(`${what} is ${facts.state}: invoke it once, and try again when it is Active`);
}

async function aliasOf({ function: name, environment }: Wish, connection: Connection): Promise<string> {
  const policy = await readPolicy(connection, name);
  if (!policy) throw new Failure(`${name} has no policy in ${await connection.describe()}`);
  const plans = planRollouts(parsePolicy(policy.text));
  const plan = plans.find((each) => each.environment === environment);
  if (plan) return plan.alias;
  throw usage(`--environment: expected one of ${plans.map((each) => each.environment).join(', ')}, got ${environment}`);
}
