import type { Connection } from './connection.ts';
import { Failure } from './failure.ts';
import { describeExecution, type Execution, stepFunctions } from './executions.ts';

/** An execution that was started, or `joined`: somebody started the same one before. */
export interface Started {
  readonly arn: string;
  readonly joined: boolean;
}

/** What is to be done once: `name` is the same for the same wish, `input` is made for the name that it gets. */
export interface Wish {
  readonly name: string;
  readonly input: (name: string) => object;
}

/** How often the same wish may have failed before somebody is asked to look. */
const MOST_TRIES = 100;

/**
 * Starts an execution of the state machine, or joins the one that somebody has started for the same wish. Where earlier
 * ones failed, or found that there was nothing to do, it is tried again under the next name.
 */
export async function startOnce(connection: Connection, { name, input }: Wish): Promise<Started> {
  for (let attempt = 1; attempt <= MOST_TRIES; attempt++) {
    const id = `${name}-${attempt}`;
    const started = await startOrFind(connection, id, input(id));
    if (!started.failed) return started;
  }
  throw new Failure(`${MOST_TRIES} executions named ${name}-… have failed: look at them, then ask somebody for help`);
}

/** It is looked for first: started twice with the same input while it runs, it is one execution and no error. */
async function startOrFind(
  connection: Connection,
  name: string,
  input: object,
): Promise<Started & { failed: boolean }> {
  const { StartExecutionCommand } = await import('@aws-sdk/client-sfn');
  const client = await stepFunctions(connection);
  const { StateMachineArn: stateMachineArn } = await connection.outputs();
  const arn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
  const found = await describeExecution(client, arn).catch(() => undefined);
  if (found) return { arn, joined: true, failed: !carriesOut(found) };
  try {
    await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
    return { arn, joined: false, failed: false };
  } catch (cause) {
    if (!(cause instanceof Error) || cause.name !== 'ExecutionAlreadyExists') throw cause;
    return { arn, joined: true, failed: !carriesOut(await describeExecution(client, arn)) };
  }
}

/** One that found nothing to do has changed nothing: by now there may be something. */
function carriesOut({ status, outcome }: Execution): boolean {
  return status === 'RUNNING' || (status === 'SUCCEEDED' && outcome !== 'AlreadyReleased');
}
