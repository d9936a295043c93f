import pc from 'picocolors';
import type { DrillRecord } from '../../functions/drill/records.ts';
import { LONGEST_DRILL } from '../../functions/drill/lock.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { pollMsOf } from '../context.ts';
import { drillsIn } from '../drills.ts';
import { describeExecution, stepFunctions } from '../executions.ts';
import { Failure } from '../failure.ts';
import { columns, instant } from '../output.ts';
import { nowOf } from '../sandbox-control.ts';

export interface DrillOptions {
  /** Shows the last drill instead of starting one. */
  readonly last?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/**
 * Starts a fire drill, and with `--watch` follows it to its end; with `--last` shows how the last one went.
 * @returns whether it passed; true when it was only started.
 * @throws Failure when the stack has no drill, or one is under way.
 */
export async function drill(options: DrillOptions, context: Context): Promise<boolean> {
  const { connection, out } = context;
  const machine = await machineOf(connection);
  const [latest] = await drillsIn(connection, 1);
  if (options.last) return show(latest, options, context);
  if (latest && (await underWay(latest, connection)))
    throw new Failure(`a drill is under way since ${instant(latest.startedAt)}: ${latest.execution}`);
  const arn = await start(machine, connection);
  if (!options.watch) {
    if (options.json) out.json({ execution: arn });
    else out.line(`drill started; see how it went with: weighbridge drill --last (execution ${arn})`);
    return true;
  }
  return show(await ended(arn, context), options, context);
}

async function machineOf(connection: Connection): Promise<string> {
  const { DrillMachineArn } = await connection.outputs();
  if (DrillMachineArn) return DrillMachineArn;
  throw new Failure(`stack ${connection.stackName} has no fire drill: deploy it again, without \`-c drill=false\``);
}

/** One whose execution died is not under way for longer than a drill can take. */
async function underWay({ status, startedAt }: DrillRecord, connection: Connection): Promise<boolean> {
  return status === 'running' && (await nowOf(connection)) - Date.parse(startedAt) < LONGEST_DRILL;
}

async function start(stateMachineArn: string, connection: Connection): Promise<string> {
  const { StartExecutionCommand } = await import('@aws-sdk/client-sfn');
  const input = JSON.stringify({ drill: { by: await connection.caller() } });
  const client = await stepFunctions(connection);
  return (await client.send(new StartExecutionCommand({ stateMachineArn, input }))).executionArn ?? '';
}

/** Waits for the drill's end; Ctrl-C stops the waiting, not the drill. */
async function ended(arn: string, { connection, out, signal }: Context): Promise<DrillRecord | undefined> {
  out.remark(`drill under way in ${await connection.describe()}: about five minutes`);
  const client = await stepFunctions(connection);
  while (!signal.aborted && (await describeExecution(client, arn)).status === 'RUNNING')
    await new Promise((resolve) => setTimeout(resolve, pollMsOf(connection)));
  return (await drillsIn(connection, 10)).find(({ execution }) => execution === arn);
}

function show(record: DrillRecord | undefined, { json }: DrillOptions, { out }: Context): boolean {
  if (json) out.json(record ?? null);
  else if (!record) out.line('there has been no fire drill yet: start one with `weighbridge drill`');
  else for (const line of drillInWords(record)) out.line(line);
  return record?.status === 'passed';
}

/** What was asserted, each with its figures. */
function drillInWords({ startedAt, by, status, candidate, checks = [], reason }: DrillRecord): string[] {
  const shown = status === 'passed' ? pc.green(status) : pc.red(status);
  const rows = checks.map(({ name, ok, figures }) => [ok ? pc.green('ok') : pc.red('failed'), name, figures]);
  const head = `drill of ${instant(startedAt)} by ${by}${candidate ? `, bad candidate ${candidate}` : ''}: ${shown}`;
  return [head, ...columns(rows), ...(reason ? [reason] : [])];
}
