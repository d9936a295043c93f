import { createHash } from 'node:crypto';
import { NotReadyError } from '../../domain/errors.ts';
import { planRollback } from '../../domain/plan.ts';
import { parsePolicy, type Policy } from '../../domain/policy.ts';
import { strictVersion } from '../../domain/release.ts';
import { chooseTarget, type Choice, type Served, servedReleases } from '../../domain/rollback-target.ts';
import { functionGateway } from '../../functions/aws/function-gateway.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import { promotedIn, refuseDeleted } from '../../functions/rollout/load-rollback.ts';
import type { CurrentRelease } from '../../functions/rollout/records.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { describeExecution, stepFunctions, type Execution } from '../executions.ts';
import { Failure, usage } from '../failure.ts';
import { openLedger, type LedgerView } from '../ledger.ts';
import { readPolicy } from '../policies.ts';
import { startOnce } from '../start-execution.ts';
import { abortFirst, abortInstead, rolloutIn, takenBack } from '../rollback-underway.ts';
import { watchExecution } from './watch.ts';

export interface RollbackOptions {
  readonly function: string;
  readonly environment?: string;
  /** Semantic version; the release that was served before, when absent. */
  readonly to?: string;
  readonly why: string;
  readonly force?: boolean;
  /** During a rollout: stops its execution, and Reconcile restores the alias. */
  readonly now?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/**
 * Brings a release back that the environment served before, through the state machine. Typing it twice, or two people
 * typing it at once, is one rollback: its execution is named for the environment's present state and the target. A rollout
 * that is under way is aborted: that is all, when the release that it restores is the one to go back to.
 * @returns whether it went well; true when it is not watched, or the environment is there already.
 * @throws Failure when there is nothing to go back to, or a rollout is past aborting.
 */
export async function rollback(options: RollbackOptions, context: Context): Promise<boolean> {
  const { out, connection } = context;
  const policy = await policyOf(options, context);
  const environment = environmentOf(options, policy);
  const ledger = await openLedger(connection);
  const under = await rolloutIn(options, environment, ledger);
  if (under && (options.to === undefined || options.to === under.stableRelease))
    return abortInstead(under, options, ledger, context);
  const seen = await ledger.current(options.function, environment);
  const choice =
    (await takenBack(options, environment, seen, ledger)) ??
    (await choose(options, environment, seen, context, ledger));
  out.remark(`in ${await connection.describe()}`);
  if (under) await abortFirst(under, choice.target.release, options, ledger, context);
  if (choice.kind === 'there' && !options.force && !under) {
    if (options.json) out.json({ function: options.function, environment, ...choice });
    else out.line(choice.reason);
    return true;
  }
  return start(options, environment, { choice, seen }, ledger, context);
}

/** What the caller saw in place goes with the wish: another release that lands meanwhile is not undone unseen. */
async function start(
  options: RollbackOptions,
  environment: string,
  { choice, seen }: { choice: Choice; seen: CurrentRelease | undefined },
  ledger: LedgerView,
  context: Context,
): Promise<boolean> {
  const { out, connection } = context;
  const { function: name, why, force = false } = options;
  const { from } = choice;
  const to = choice.target.release;
  const request = requestOf([name, environment, seen?.rollout ?? '', seen?.at ?? '', to, String(force)]);
  const asked = { function: name, environment, to, from, by: await connection.caller(), why, request, force };
  const started = await startOnce(connection, {
    name: request,
    input: (id) => ({ rollback: { ...asked, request: id } }),
  });
  if (!options.json) {
    const verb = started.joined ? 'was asked for before' : 'started';
    out.line(
      `rollback of ${name} ${environment} from ${from} to ${to} ${verb} (version ${choice.target.lambdaVersion})`,
    );
    if (!options.watch) out.line(`watch it with: weighbridge watch ${started.arn}`);
  }
  const execution = await ended(started.arn, ledger, options, context);
  if (options.json) out.json({ function: name, environment, from, to, ...started, execution });
  return execution === undefined || execution.status === 'SUCCEEDED' || execution.status === 'RUNNING';
}

async function ended(
  arn: string,
  ledger: LedgerView,
  options: RollbackOptions,
  context: Context,
): Promise<Execution | undefined> {
  const client = await stepFunctions(context.connection);
  if (!options.watch) return options.json ? describeExecution(client, arn) : undefined;
  return watchExecution(arn, { client, ledger, quiet: options.json === true }, context);
}

async function policyOf({ function: name }: RollbackOptions, { connection }: Context): Promise<Policy> {
  const policy = await readPolicy(connection, name);
  if (policy) return parsePolicy(policy.text);
  throw new Failure(`${name} has no policy in ${await connection.describe()}: nothing was ever released by it`);
}

/** With several environments nobody guesses which one is meant: at night the wrong one is worse than none. */
function environmentOf(options: RollbackOptions, policy: Policy): string {
  const names = policy.environments.map(({ name }) => name);
  const [only, ...others] = names;
  if (options.environment === undefined && only !== undefined && others.length === 0) return only;
  if (options.environment === undefined)
    throw usage(`--environment: expected one of ${names.join(', ')}, got nothing; say which one is to go back`);
  return planRollback(policy, options.environment).environment;
}

async function choose(
  options: RollbackOptions,
  environment: string,
  current: CurrentRelease | undefined,
  { connection }: Context,
  ledger: LedgerView,
): Promise<Choice> {
  const to = options.to === undefined ? undefined : strictVersion(options.to);
  const newestFirst = await ledger.history(options.function);
  const past = promotedIn(environment, newestFirst.toReversed());
  const choice = chooseTarget({ environment, to, current, past });
  if (choice.kind === 'back')
    await refuseMissing(options, environment, choice, { served: servedReleases({ past, current }), connection });
  return choice;
}

/** So that whoever types it is told right away; the state machine looks again. Who may not look is not held up here. */
async function refuseMissing(
  { function: name }: RollbackOptions,
  environment: string,
  choice: Choice,
  { served, connection }: { served: readonly Served[]; connection: Connection },
): Promise<void> {
  const functions = functionGateway(lambdaHost({ sdk: connection.clientConfig }));
  try {
    await refuseDeleted({ function: name, environment }, choice.target, served, { functions });
  } catch (cause) {
    if (cause instanceof NotReadyError) throw cause;
  }
}

/** Short enough for an execution's name with a number behind it, and the same for the same wish in the same state. */
function requestOf(parts: readonly string[]): string {
  return `rollback-${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32)}`;
}
