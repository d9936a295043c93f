import { GetAliasCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';
import { setTimeout as sleep } from 'node:timers/promises';
import { timed, type Fixture } from './lambda.ts';
import type { Subject } from './process.ts';
import { quantiles, type Row } from './table.ts';

const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'Rest',
  States: { Rest: { Type: 'Wait', Seconds: 3600, End: true } },
};
/** Real milliseconds over which processor time is taken. */
const OBSERVED_MS = 3000;
const AT_A_TIME = 10;

/** What many executions that only wait cost: the time of a control-plane call beside them, and processor time. */
export async function measureWaiting(
  { sfn, lambda }: { sfn: SFNClient; lambda: LambdaClient },
  fixture: Fixture,
  count: number,
  subject: Subject,
): Promise<Row[]> {
  const call = () => lambda.send(new GetAliasCommand({ FunctionName: fixture.functionName, Name: 'live' }));
  const before = { call: quantiles(await timed(200, call)).median, cpu: await load(subject) };
  const definition = JSON.stringify(DEFINITION);
  const created = await sfn.send(
    new CreateStateMachineCommand({ name: fixture.functionName, definition, roleArn: fixture.roleArn }),
  );
  const stateMachineArn = created.stateMachineArn ?? '';
  try {
    const perSecond = await start(sfn, stateMachineArn, count);
    await sleep(500);
    const running = await countRunning(sfn, stateMachineArn);
    const after = { call: quantiles(await timed(200, call)).median, cpu: await load(subject) };
    return [
      { what: 'executions started', value: perSecond, unit: '/s' },
      { what: 'executions waiting', value: running, unit: '', aim: { atLeast: count } },
      { what: 'GetAlias beside them, slower by', value: after.call - before.call, unit: 'ms', aim: { atMost: 1 } },
      { what: 'processor time beside them, more by', value: after.cpu - before.cpu, unit: '%', aim: { atMost: 1 } },
    ];
  } finally {
    await sfn.send(new DeleteStateMachineCommand({ stateMachineArn }));
  }
}

async function start(sfn: SFNClient, stateMachineArn: string, count: number): Promise<number> {
  const began = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next++ < count) await sfn.send(new StartExecutionCommand({ stateMachineArn, input: '{}' }));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return count / ((performance.now() - began) / 1000);
}

async function countRunning(sfn: SFNClient, stateMachineArn: string): Promise<number> {
  let count = 0;
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', nextToken }));
    count += page.executions?.length ?? 0;
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return count;
}

/** Share of one processor that the subject uses at rest, in per cent; NaN when it is not our own process. */
async function load(subject: Subject): Promise<number> {
  if (!subject.cpuMs) return NaN;
  const before = subject.cpuMs();
  await sleep(OBSERVED_MS);
  return ((subject.cpuMs() - before) / OBSERVED_MS) * 100;
}
