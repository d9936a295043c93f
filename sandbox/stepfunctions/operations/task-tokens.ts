import type {
  SendTaskFailureInput,
  SendTaskFailureOutput,
  SendTaskHeartbeatInput,
  SendTaskHeartbeatOutput,
  SendTaskSuccessInput,
  SendTaskSuccessOutput,
} from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Need, type Operation } from '../../core/service.ts';
import { exceedsPayload, parseData } from '../asl/json.ts';
import type { Deps } from './deps.ts';

/** SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat. */
export function tokenOperations(deps: Deps): Record<string, Operation> {
  return {
    SendTaskSuccess: operation<SendTaskSuccessInput, SendTaskSuccessOutput>({
      needs: (input) => onMachineOf(deps, 'states:SendTaskSuccess', input.taskToken),
      handle: (input) => {
        assertOutput(input.output);
        assertAwaited(deps, input.taskToken);
        deps.engine.callbacks.answer(input.taskToken, { kind: 'success', output: parseData(input.output) });
        return {};
      },
    }),
    SendTaskFailure: operation<SendTaskFailureInput, SendTaskFailureOutput>({
      needs: (input) => onMachineOf(deps, 'states:SendTaskFailure', input.taskToken),
      handle: (input) => {
        assertAwaited(deps, input.taskToken);
        deps.engine.callbacks.answer(input.taskToken, { kind: 'failure', error: input.error, cause: input.cause });
        return {};
      },
    }),
    SendTaskHeartbeat: operation<SendTaskHeartbeatInput, SendTaskHeartbeatOutput>({
      needs: (input) => onMachineOf(deps, 'states:SendTaskHeartbeat', input.taskToken),
      handle: (input) => {
        assertAwaited(deps, input.taskToken);
        deps.engine.callbacks.waitingFor(input.taskToken)?.beat();
        return {};
      },
    }),
  };
}

/** Policies allow token operations on the machine whose task it is. */
function onMachineOf(deps: Deps, action: string, token: string | undefined): Need[] {
  const execution = token === undefined ? undefined : deps.engine.callbacks.executionOf(token);
  const record = execution === undefined ? undefined : deps.records.executions.get(execution);
  return [{ action, resource: record?.machineArn ?? '*' }];
}

/** @throws AwsError InvalidToken, TaskDoesNotExist, TaskTimedOut */
function assertAwaited(deps: Deps, token: string | undefined): asserts token is string {
  const { callbacks } = deps.engine;
  const executionArn = token === undefined ? undefined : callbacks.executionOf(token);
  if (token === undefined || executionArn === undefined)
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  if (callbacks.waitingFor(token)) return;
  if (!deps.records.executions.has(executionArn))
    throw new AwsError('TaskDoesNotExist', "Task Does Not Exist: 'Provided task does not exist'");
  throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
}

function assertOutput(output: string | undefined): asserts output is string {
  try {
    if (output !== undefined && !exceedsPayload(output)) {
      JSON.parse(output);
      return;
    }
  } catch {
    // Refused below, like any other output that is not JSON.
  }
  throw new AwsError('InvalidOutput', "Invalid Output: 'Invalid JSON or too large'");
}
