import { DescribeExecutionCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { Executions } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Looks at executions and wakes them; one that AWS has forgotten has no status. */
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
    async wake(taskToken) {
      try {
        await client.send(new SendTaskSuccessCommand({ taskToken, output: '{}' }));
      } catch (cause) {
        if (!isNamed(cause, 'TaskTimedOut') && !isNamed(cause, 'TaskDoesNotExist')) throw cause;
      }
    },
  };
}
