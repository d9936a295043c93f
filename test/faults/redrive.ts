import type { Pipeline } from '../support/pipeline.ts';

const ACCOUNT = { kind: 'account' } as const;

/** Ends that an execution can be redriven from. */
const DEAD = ['ABORTED', 'TIMED_OUT', 'FAILED'] as const;

/** Redrives what died of a state machine, apart from what lay there before: a person clicks on Redrive. */
export async function redriveDead(
  { sandbox }: Pipeline,
  stateMachineArn: string,
  before: ReadonlySet<string>,
): Promise<string[]> {
  const { world } = sandbox;
  const lists = await Promise.all(
    DEAD.map((statusFilter) =>
      world.call<{ executions: { executionArn: string }[] }>(
        'SFN',
        'ListExecutions',
        { stateMachineArn, statusFilter },
        ACCOUNT,
      ),
    ),
  );
  const dead = lists.flatMap(({ executions }) => executions.map(({ executionArn }) => executionArn));
  const ours = dead.filter((executionArn) => !before.has(executionArn)).toSorted();
  for (const executionArn of ours) await world.call('SFN', 'RedriveExecution', { executionArn }, ACCOUNT);
  return ours;
}

/** Stops what runs of a state machine. */
export async function stopRunning({ sandbox }: Pipeline, stateMachineArn: string): Promise<void> {
  const { world } = sandbox;
  const input = { stateMachineArn, statusFilter: 'RUNNING' };
  const { executions } = await world.call<{ executions: { executionArn: string }[] }>(
    'SFN',
    'ListExecutions',
    input,
    ACCOUNT,
  );
  for (const { executionArn } of executions) await world.call('SFN', 'StopExecution', { executionArn }, ACCOUNT);
}
