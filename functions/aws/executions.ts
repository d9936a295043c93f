import {
  DescribeExecutionCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { Executions } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Looks at executions, wakes them, and starts those that take a group back; one that AWS has forgotten has no status. */
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
    async startGroup(name, input) {
      const stateMachineArn = host.setting('GROUP_MACHINE_ARN');
      try {
        const command = new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) });
        return (await client.send(command)).executionArn ?? '';
      } catch (cause) {
        if (!isNamed(cause, 'ExecutionAlreadyExists')) throw cause;
        return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
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
