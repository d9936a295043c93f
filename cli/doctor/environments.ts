import { type AliasChange, changeInWords } from '../../domain/outside-change.ts';
import { describeRouting } from '../../domain/routing.ts';
import type { Routing } from '../../domain/routing.ts';
import type { CurrentRelease, Lock, RolloutRecord } from '../../functions/rollout/records.ts';
import { instant } from '../output.ts';
import { fine, problem, type Finding } from './finding.ts';
import type { CheckedEnvironment } from './policies.ts';

/** All that is known of one environment. */
export interface EnvironmentFacts extends CheckedEnvironment {
  /** What the alias routes to; undefined when it does not exist. */
  readonly routing: Routing | undefined;
  readonly current: CurrentRelease | undefined;
  /** The newest change of the alias that no rollout made, as far as CloudTrail has told. */
  readonly change: AliasChange | undefined;
  readonly lock: Lock | undefined;
  /** The rollout under way. */
  readonly rollout: RolloutRecord | undefined;
  /** Status of its execution; undefined when it no longer exists. */
  readonly execution: string | undefined;
}

/** Judges one environment: alias against ledger, the rollout under way, the lock. `now` in milliseconds. */
export function checkEnvironment(facts: EnvironmentFacts, now: number): Finding[] {
  return [checkAlias(facts), checkRollout(facts), checkLock(facts, now)].filter((finding) => finding !== undefined);
}

function checkAlias(facts: EnvironmentFacts): Finding {
  const { routing, current, rollout } = facts;
  const subject = subjectOf(facts);
  if (rollout)
    return fine('alias', subject, `a rollout moves it: ${routing ? describeRouting(routing) : 'not created yet'}`);
  if (!routing) return current ? gone(facts, current) : fine('alias', subject, 'nothing released yet');
  if (Object.keys(routing.weights).length > 0) return split(facts, routing);
  if (!current) return fine('alias', subject, `${describeRouting(routing)}, not released by this pipeline yet`);
  if (current.lambdaVersion !== routing.version) return moved(facts, routing, current);
  return fine('alias', subject, `${current.release} (version ${routing.version}), as the ledger says`);
}

function gone(facts: EnvironmentFacts, { release, lambdaVersion }: CurrentRelease): Finding {
  const message = `alias ${facts.alias} is gone${who(facts)}; the ledger says ${release} (version ${lambdaVersion})`;
  return problem('alias', subjectOf(facts), message, `make it again: ${command('restore', facts)} --why …`);
}

function split(facts: EnvironmentFacts, routing: Routing): Finding {
  const message = `traffic is split (${describeRouting(routing)})${who(facts)}, but no rollout is under way`;
  const byHand = `aws lambda update-alias --function-name ${facts.function} --name ${facts.alias} --function-version ${routing.version} --routing-config AdditionalVersionWeights={}`;
  return problem(
    'alias',
    subjectOf(facts),
    message,
    `end it: ${facts.current ? `${command('restore', facts)} --why …` : byHand}`,
  );
}

function moved(facts: EnvironmentFacts, routing: Routing, { release, lambdaVersion }: CurrentRelease): Finding {
  const message = `alias ${facts.alias} is at version ${routing.version}${who(facts)}, but the ledger says ${release} (version ${lambdaVersion})`;
  const todo = `move it back: ${command('restore', facts)} --why …, or accept it: ${command('adopt', facts)}`;
  return problem('alias', subjectOf(facts), message, todo);
}

/** Who changed it last and when, unless that was before the release that the ledger knows. */
function who({ change, current }: EnvironmentFacts): string {
  if (!change || (current && Date.parse(change.at) < Math.floor(Date.parse(current.at) / 1000) * 1000)) return '';
  return ` (changed ${changeInWords(change)})`;
}

function command(verb: 'adopt' | 'restore', { function: name, environment }: EnvironmentFacts): string {
  return `weighbridge ${verb} --function ${name} --environment ${environment}`;
}

function checkRollout(facts: EnvironmentFacts): Finding | undefined {
  const { rollout, execution } = facts;
  if (!rollout) return undefined;
  const what = `${rollout.release} since ${instant(rollout.startedAt)}`;
  if (execution === 'RUNNING') return fine('rollout', subjectOf(facts), `${what}, execution running`);
  const message = `${what} is open, but its execution is ${execution?.toLowerCase() ?? 'gone'}`;
  const todo =
    'invoke the Reconcile function with the execution’s status-change event: it restores the alias and frees the lock';
  return problem('rollout', subjectOf(facts), message, todo);
}

function checkLock(facts: EnvironmentFacts, now: number): Finding {
  const { lock } = facts;
  const subject = subjectOf(facts);
  if (!lock || lock.owner === '') return fine('lock', subject, 'free');
  const until = instant(new Date(lock.leaseUntil * 1000));
  if (lock.leaseUntil * 1000 > now) return fine('lock', subject, `held by rollout ${lock.rollout} until ${until}`);
  const message = `rollout ${lock.rollout} still holds it, though its lease ran out at ${until}`;
  const todo = `see whether ${lock.owner} still runs; if not, the next release takes the lock over`;
  return problem('lock', subject, message, todo);
}

function subjectOf(facts: CheckedEnvironment): string {
  return `${facts.function} ${facts.environment}`;
}
