import { compareVersions, strictVersion } from '../../domain/release.ts';
import { planRollouts } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import { describeRouting } from '../../domain/routing.ts';
import { aliasGateway } from '../../functions/aws/alias-gateway.ts';
import { functionGateway } from '../../functions/aws/function-gateway.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import type { CurrentRelease } from '../../functions/rollout/records.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { Failure, usage } from '../failure.ts';
import { openLedger } from '../ledger.ts';
import type { LedgerView } from '../ledger.ts';
import { readPolicy } from '../policies.ts';
import { underLock } from '../under-lock.ts';

export interface AdoptOptions {
  readonly function: string;
  readonly environment: string;
  /** Semantic version of what the alias serves; found by its digest when absent. */
  readonly release?: string;
  readonly why?: string;
  readonly json?: boolean;
}

/**
 * Accepts what an alias serves as the environment's current release, after somebody moved it by hand. The environment is
 * locked meanwhile, as by a rollout; Lambda is left as it is. Safe to repeat.
 * @throws Failure when a rollout is under way, the alias is split or missing, or nobody can say which release it serves.
 */
export async function adopt(options: AdoptOptions, { out, connection }: Context): Promise<void> {
  const ledger = await openLedger(connection);
  const by = await connection.caller();
  const work = { function: options.function, environment: options.environment, verb: 'adopt', by };
  const current = await underLock(work, ledger, connection, async (now) => {
    const serves = await servedBy(options, connection);
    const release = await releaseOf(options, serves, ledger);
    const reason = `adopted by ${by}: ${options.why ?? 'no reason given'}`;
    const adopted: CurrentRelease = { ...serves, release, rollout: reason, at: new Date(now).toISOString() };
    await ledger.recordCurrent(options, adopted);
    return adopted;
  });
  if (options.json) return out.json(current);
  const what = `${current.release} (version ${current.lambdaVersion})`;
  out.line(`${options.function} ${options.environment} is now ${what} in the ledger too`);
}

type Served = Pick<CurrentRelease, 'lambdaVersion' | 'codeSha256'>;

async function servedBy(options: AdoptOptions, connection: Connection): Promise<Served> {
  const host = lambdaHost({ sdk: connection.clientConfig });
  const name = await aliasOf(options, connection);
  const alias = await aliasGateway(host).read(options.function, name);
  if (!alias) throw new Failure(`${options.function} has no alias ${name}: there is nothing to adopt, just release`);
  const { version, weights } = alias.routing;
  if (Object.keys(weights).length > 0)
    throw new Failure(`alias ${name} is split (${describeRouting(alias.routing)}): point it at one version first`);
  const facts = await functionGateway(host).describe(options.function, version);
  if (!facts) throw new Failure(`${options.function} has no version ${version}, at which alias ${name} points`);
  return { lambdaVersion: version, codeSha256: facts.codeSha256 };
}

async function aliasOf({ function: name, environment }: AdoptOptions, connection: Connection): Promise<string> {
  const policy = await readPolicy(connection, name);
  if (!policy) throw new Failure(`${name} has no policy in ${await connection.describe()}`);
  const plans = planRollouts(parsePolicy(policy.text));
  const plan = plans.find((each) => each.environment === environment);
  if (plan) return plan.alias;
  throw usage(`--environment: expected one of ${plans.map((each) => each.environment).join(', ')}, got ${environment}`);
}

/** The version that was published with these bytes, or the one that the caller names, if that does not contradict. */
async function releaseOf(options: AdoptOptions, { codeSha256 }: Served, ledger: LedgerView): Promise<string> {
  const published = await ledger.published(options.function);
  const same = published.filter((each) => each.codeSha256 === codeSha256).map(({ release }) => release);
  const { release } = options;
  if (release === undefined) {
    const newest = same.toSorted(compareVersions).at(-1);
    if (newest !== undefined) return newest;
    throw new Failure('no release has the code that the alias serves: say which version it is with --release');
  }
  const named = strictVersion(release);
  const known = published.find((each) => each.release === named);
  if (!known || known.codeSha256 === codeSha256) return named;
  throw new Failure(
    `${release} was released with other bytes (${known.codeSha256}) than the alias serves (${codeSha256})`,
  );
}
