import type { SFNClient } from '@aws-sdk/client-sfn';
import type { Context } from '../context.ts';
import { pollMsOf } from '../context.ts';
import { describeExecution, newestExecution, stepFunctions } from '../executions.ts';
import type { Execution } from '../executions.ts';
import { Failure } from '../failure.ts';
import { openLedger } from '../ledger.ts';
import type { LedgerView } from '../ledger.ts';
import { follow } from '../progress.ts';
import { happeningInWords } from '../wording.ts';
import { watchNewestGroup } from './watch-group.ts';

export interface WatchOptions {
  readonly function?: string;
  /** A release group instead of one execution. */
  readonly group?: string;
  readonly json?: boolean;
}

/** Follows one execution, the newest one of a function, or a group, to its end. @returns whether it succeeded. */
export async function watch(execution: string | undefined, options: WatchOptions, context: Context): Promise<boolean> {
  const { connection, out } = context;
  if (options.group !== undefined) return watchNewestGroup(options.group, options, context);
  const client = await stepFunctions(connection);
  const arn = execution ?? (await newest(client, options, context));
  const ledger = await openLedger(connection);
  out.remark(`on ${await connection.describe()}, execution ${arn.slice(arn.lastIndexOf(':') + 1)}`);
  const ended = await watchExecution(arn, { client, ledger, quiet: options.json === true }, context);
  if (options.json) out.json(ended);
  return ended.status === 'SUCCEEDED' || ended.status === 'RUNNING';
}

/** Prints what happens, until the execution ends or Ctrl-C; the execution goes on in that case. */
export async function watchExecution(
  arn: string,
  { client, ledger, quiet }: { client: SFNClient; ledger: LedgerView; quiet: boolean },
  { out, connection, signal, sleep }: Context,
): Promise<Execution> {
  const looks = { pollMs: pollMsOf(connection), signal, sleep };
  for await (const happening of follow({ client, ledger, execution: arn, ...looks })) {
    const words = quiet ? undefined : happeningInWords(happening);
    if (words) out.line(words);
    if (happening.kind === 'end') return happening.execution;
  }
  out.remark('no longer watching; the rollout goes on');
  return describeExecution(client, arn);
}

async function newest(client: SFNClient, { function: name }: WatchOptions, { connection }: Context): Promise<string> {
  const { StateMachineArn } = await connection.outputs();
  const found = await newestExecution(client, StateMachineArn, name);
  if (found) return found.arn;
  const whose = name === undefined ? '' : ` of ${name}`;
  throw new Failure(`there has been no rollout${whose} in ${await connection.describe()}`);
}
