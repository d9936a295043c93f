import { AwsError } from '../core/aws-error.ts';
import type { Principal, ServiceId } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { ConnectionLost } from '../wire/connection-lost.ts';
import type { CallRule } from './rule.ts';
import { internalError, throttlingError } from './service-errors.ts';

/** Which side of a call's effect a fault is on. */
export type Moment = 'before' | 'after';

/** Who makes the calls that a fault itself needs; no rule is about them. */
export const FAULT: Principal = { kind: 'account' };

type Action = CallRule['action'];

/** When an action takes place. */
export function momentOf(action: Action): Moment {
  switch (action.kind) {
    case 'throttle':
    case 'fail':
      return 'before';
    case 'loseResponse':
      return 'after';
    case 'delay':
    case 'killFunction':
    case 'stopExecution':
      return action.when;
  }
}

/**
 * Does to a call what a rule says.
 * @throws AwsError, or ConnectionLost, when the rule makes the call fail.
 */
export async function strike(
  world: World,
  action: Action,
  service: ServiceId,
  killFunction: (functionName: string) => void,
): Promise<void> {
  switch (action.kind) {
    case 'throttle':
      throw throttlingError(service);
    case 'fail':
      throw failure(action, service);
    case 'loseResponse':
      throw new ConnectionLost();
    case 'delay':
      return world.clock.sleep(action.ms);
    case 'killFunction':
      return killFunction(action.function);
    case 'stopExecution':
      return stopExecutions(world, action);
  }
}

function failure(action: Extract<Action, { kind: 'fail' }>, service: ServiceId): AwsError {
  const usual = internalError(service);
  if (action.code === undefined && action.message === undefined && action.status === undefined) return usual;
  const status = action.status ?? (action.code === undefined ? usual.status : undefined);
  const message = action.message ?? usual.message;
  return new AwsError(action.code ?? usual.code, message, status === undefined ? {} : { status });
}

async function stopExecutions(world: World, action: Extract<Action, { kind: 'stopExecution' }>): Promise<void> {
  const { stateMachine, error, cause } = action;
  const prefix = `arn:aws:states:${world.region}:${world.accountId}:stateMachine:`;
  const stateMachineArn = stateMachine.startsWith('arn:') ? stateMachine : prefix + stateMachine;
  for (const executionArn of await runningExecutions(world, stateMachineArn))
    await world.call('SFN', 'StopExecution', { executionArn, ...(error && { error }), ...(cause && { cause }) }, FAULT);
}

async function runningExecutions(world: World, stateMachineArn: string): Promise<string[]> {
  type Page = { readonly executions: readonly { executionArn: string }[]; readonly nextToken?: string };
  const arns: string[] = [];
  let nextToken: string | undefined;
  do {
    const input = { stateMachineArn, statusFilter: 'RUNNING', ...(nextToken !== undefined && { nextToken }) };
    const page: Page = await world.call<Page>('SFN', 'ListExecutions', input, FAULT);
    arns.push(...page.executions.map(({ executionArn }) => executionArn));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return arns;
}
