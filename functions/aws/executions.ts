import { DescribeExecutionCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { Callbacks, Executions } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Answers task tokens. */
export function callbacks(host: Host): Callbacks {
  const client = new SFNClient(host.sdk);
  return {
    async succeed(taskToken, output) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
      } catch (cause) {
        if (!isNamed(cause, 'TaskTimedOut', 'TaskDoesNotExist')) throw cause;
      }
    },
  };
}

/** Looks at executions; one that AWS has forgotten has no status. */
export function executions(host: Host): Executions {
  const client = new SFNClient(host.sdk);
  return {
    async status(executionArn) {
      try {
        return (await client.send(new DescribeExecutionCommand({ executionArn }))).status;
      } catch (cause) {
        if (isNamed(cause, 'ExecutionDoesNotExist')) return undefined;
        throw cause;
      }
    },
  };
}
