import type { Bindings } from '../asl/expression.ts';
import type { Visit } from './execution.ts';

/** What expressions of a state see: the variables in scope, and `$states`. */
export function bindingsOf(visit: Visit, extra: { result?: unknown; errorOutput?: unknown } = {}): Bindings {
  return {
    ...visit.frame.variables,
    states: { input: visit.input.value, context: contextOf(visit), ...extra },
  };
}

/** The context object (Step Functions developer guide, "Accessing execution data from the Context object"). */
function contextOf(visit: Visit): object {
  const { execution, item } = visit.frame;
  const { facts } = execution;
  return {
    Execution: {
      Id: facts.arn,
      Input: facts.input,
      Name: facts.name,
      RoleArn: facts.roleArn,
      StartTime: new Date(facts.startedAt).toISOString(),
      RedriveCount: facts.redriven?.count ?? 0,
      ...(facts.redriven && { RedriveTime: new Date(facts.redriven.at).toISOString() }),
    },
    StateMachine: { Id: facts.machineArn, Name: facts.machineName },
    State: {
      Name: visit.name,
      EnteredTime: new Date(visit.enteredAt).toISOString(),
      RetryCount: visit.retryCount,
    },
    ...(item && { Map: { Item: item } }),
    ...(visit.token !== undefined && { Task: { Token: visit.token } }),
  };
}
