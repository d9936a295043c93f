import type { RedriveExecutionInput, RedriveExecutionOutput } from '@aws-sdk/client-sfn';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Operation } from '../../core/service.ts';
import { executionOf, type Deps } from './deps.ts';

/** A token names the same request for so long (RedriveExecution reference). */
const TOKEN_MS = 15 * 60_000;

/** RedriveExecution. */
export function redriveOperations(deps: Deps): Record<string, Operation> {
  return {
    RedriveExecution: operation<RedriveExecutionInput, RedriveExecutionOutput>({
      differs: 'an execution that stopped in a Parallel or Map state is refused',
      needs: (input) => [{ action: 'states:RedriveExecution', resource: input.executionArn ?? '*' }],
      handle: (input) => redrive(deps, input),
    }),
  };
}

/** @throws AwsError ExecutionNotRedrivable, with AWS's reason; ValidationException where only the sandbox cannot */
function redrive(deps: Deps, { executionArn, clientToken }: RedriveExecutionInput): RedriveExecutionOutput {
  const record = executionOf(deps, executionArn);
  const now = deps.world.clock.now();
  const same = record.redriven?.tokens.find(({ token, at }) => token === clientToken && now - at <= TOKEN_MS);
  if (same) return { redriveDate: new Date(same.at) };
  const { redriveStatusReason } = deps.engine.redriveStatus(record);
  if (redriveStatusReason !== undefined) throw new AwsError('ExecutionNotRedrivable', redriveStatusReason);
  const state = deps.engine.stoppedIn(record);
  if (state?.type === 'Parallel' || state?.type === 'Map')
    throw new AwsError(
      'ValidationException',
      `The sandbox cannot redrive an execution that stopped in a ${state.type} state: start a new one`,
    );
  deps.engine.redrive(record, clientToken);
  return { redriveDate: new Date(now) };
}
