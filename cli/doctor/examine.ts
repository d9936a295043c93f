import { switchInWords } from '../../domain/freeze/may-begin.ts';
import { aliasGateway } from '../../functions/aws/alias-gateway.ts';
import { executions } from '../../functions/aws/executions.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import { frozenNow } from '../commands/freeze.ts';
import type { Connection } from '../connection.ts';
import { drillsIn } from '../drills.ts';
import { Failure } from '../failure.ts';
import { openGroups } from '../groups.ts';
import { openLedger } from '../ledger.ts';
import { listPolicies } from '../policies.ts';
import { nowOf } from '../sandbox-control.ts';
import { checkDrill } from './drill.ts';
import { checkEnvironment, type EnvironmentFacts } from './environments.ts';
import { fine, problem, type Finding } from './finding.ts';
import { checkGroups } from './groups.ts';
import { checkPolicies, type CheckedEnvironment } from './policies.ts';
import { checkTrail } from './trail.ts';
import { checkUndelivered } from './undelivered.ts';

/** Looks at everything that a release needs, and changes nothing. Without a stack there is nothing more to look at. */
export async function examine(connection: Connection): Promise<Finding[]> {
  const stack = await checkStack(connection);
  if (!stack.ok) return [stack];
  const { findings, environments } = checkPolicies(await listPolicies(connection));
  const { UndeliveredQueueUrl, DrillFunctionName } = await connection.outputs();
  const [lastDrill] = await drillsIn(connection, 1);
  return [
    stack,
    ...findings,
    ...(await checkEnvironments(connection, environments)),
    ...checkDrill(lastDrill, DrillFunctionName, await nowOf(connection)),
    ...(await checkAllGroups(connection)),
    ...(await checkFreezes(connection)),
    await checkReports(connection, environments),
    await checkUndelivered(connection.clientConfig, UndeliveredQueueUrl),
  ];
}

async function checkStack(connection: Connection): Promise<Finding> {
  const subject = connection.stackName;
  try {
    await connection.outputs();
    return fine('stack', subject, `deployed in ${await connection.describe()}`);
  } catch (cause) {
    if (!(cause instanceof Failure)) throw cause;
    return problem('stack', subject, cause.message, 'deploy it with `npx cdk deploy`');
  }
}

async function checkEnvironments(
  connection: Connection,
  environments: readonly CheckedEnvironment[],
): Promise<Finding[]> {
  const now = await nowOf(connection);
  const read = await factsReader(connection);
  const facts = await Promise.all(environments.map(read));
  return facts.flatMap((each) => checkEnvironment(each, now));
}

async function checkAllGroups(connection: Connection): Promise<Finding[]> {
  const groups = await openGroups(connection);
  const machine = executions(lambdaHost({ sdk: connection.clientConfig }));
  const latest = await groups.latest(100);
  const facts = latest.map(async (record) => {
    const execution = record.status === 'running' ? await machine.status(record.execution) : undefined;
    return { record, execution };
  });
  return checkGroups(await Promise.all(facts));
}

/** A freeze is in order; it is shown because whoever looks for a release that does not begin has to know of it. */
async function checkFreezes(connection: Connection): Promise<Finding[]> {
  const { freezes } = await openLedger(connection);
  const frozen = await frozenNow(freezes, await nowOf(connection));
  return frozen.map((one) => fine('freeze', one.scope, switchInWords(one)));
}

async function checkReports(connection: Connection, environments: readonly CheckedEnvironment[]): Promise<Finding> {
  const ledger = await openLedger(connection);
  const names = [...new Set(environments.map((one) => one.function))];
  const rollouts = await Promise.all(names.map((name) => ledger.history(name)));
  return checkTrail(rollouts.flat(), await ledger.changes.trailSeen(), await nowOf(connection));
}

async function factsReader(connection: Connection): Promise<(at: CheckedEnvironment) => Promise<EnvironmentFacts>> {
  const host = lambdaHost({ sdk: connection.clientConfig });
  const [aliases, machine, ledger] = [aliasGateway(host), executions(host), await openLedger(connection)];
  const open = await ledger.open();
  return async (at) => {
    const rollout = open.find((each) => each.function === at.function && each.environment === at.environment);
    return {
      ...at,
      rollout,
      routing: (await aliases.read(at.function, at.alias))?.routing,
      current: await ledger.current(at.function, at.environment),
      change: await ledger.changes.latest(at),
      lock: await ledger.lock(at.function, at.environment),
      execution: rollout && (await machine.status(rollout.execution)),
    };
  };
}
