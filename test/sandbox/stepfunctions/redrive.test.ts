import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../sandbox/core/collection.ts';
import { ACCOUNT, aStepFunctionsWorld, FunctionFailure, type StepFunctionsWorld } from './a-step-functions-world.ts';

const START = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 3600 * 1000;
const FAILURE = '{"errorType":"Busy","errorMessage":"not now"}';

/** Remembers a value, waits, then works. */
const MACHINE = {
  QueryLanguage: 'JSONata',
  StartAt: 'Set',
  States: {
    Set: { Type: 'Pass', Assign: { kept: 'v' }, Output: { n: 2 }, Next: 'Bake' },
    Bake: { Type: 'Wait', Seconds: 60, Next: 'Work' },
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f', Payload: '{% $states.context.Execution.RedriveCount %}' },
      Output: { kept: '{% $kept %}', input: '{% $states.input %}', seen: '{% $states.result.Payload %}' },
      Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 10, MaxAttempts: 2, BackoffRate: 1 }],
      End: true,
    },
  },
};

const call = <T = Record<string, unknown>>({ world }: StepFunctionsWorld, name: string, input: object): Promise<T> =>
  world.call<T>('SFN', name, input, ACCOUNT);

const redrive = (sandbox: StepFunctionsWorld, executionArn: string, extra: object = {}) =>
  call<{ redriveDate: Date }>(sandbox, 'RedriveExecution', { executionArn, ...extra });

const types = (events: readonly HistoryEvent[]) => events.map(({ type }) => type);

const pass = (sandbox: StepFunctionsWorld, ms: number) =>
  new Promise((resolve) => sandbox.clock.setTimer(ms, () => resolve(undefined)));

/** A function that fails as often as that, then says how often it was called. */
function failing(sandbox: StepFunctionsWorld, times: number): () => number {
  let calls = 0;
  sandbox.functions.set('f', (payload) => {
    if (++calls <= times) throw new FunctionFailure(FAILURE);
    return payload;
  });
  return () => calls;
}

describe('RedriveExecution', () => {
  it('goes on in the task that failed, with its input, the variables and all its attempts', async () => {
    const sandbox = aStepFunctionsWorld();
    const calls = failing(sandbox, 5);
    const failed = await sandbox.run(MACHINE);
    expect(failed).toMatchObject({ status: 'FAILED', error: 'Busy' });
    expect(calls()).toBe(3);
    await pass(sandbox, 3600_000);
    const at = sandbox.clock.now();
    expect(await redrive(sandbox, failed.arn)).toEqual({ redriveDate: new Date(at) });
    const { events, ...ended } = await sandbox.ended(failed.arn);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { kept: 'v', input: { n: 2 }, seen: 1 } });
    expect(ended.error).toBeUndefined();
    expect(calls()).toBe(6);
    expect(sandbox.clock.now()).toBe(at + 20_000);
    const again = events.slice(failed.events.length);
    expect(types(again)).toEqual([
      'ExecutionRedriven',
      ...['TaskScheduled', 'TaskStarted', 'TaskFailed', 'TaskScheduled', 'TaskStarted', 'TaskFailed'],
      ...['TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
    expect(again[0]).toMatchObject({ executionRedrivenEventDetails: { redriveCount: 1 } });
    const entered = failed.events.find(({ type }) => type === 'TaskStateEntered');
    expect(again[1]?.previousEventId).toBe(entered?.id);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index + 1));
  });

  it('waits once more where it was stopped while it waited', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, 0);
    const arn = await sandbox.start(await sandbox.create(MACHINE));
    await pass(sandbox, 50_000);
    await call(sandbox, 'StopExecution', { executionArn: arn });
    await pass(sandbox, DAY_MS);
    await redrive(sandbox, arn);
    expect((await sandbox.ended(arn)).status).toBe('SUCCEEDED');
    expect(sandbox.clock.now()).toBe(START + 50_000 + DAY_MS + 60_000);
  });

  it('begins anew what was stopped before its first state', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, 0);
    const arn = await sandbox.start(await sandbox.create(MACHINE));
    await call(sandbox, 'StopExecution', { executionArn: arn });
    await redrive(sandbox, arn);
    expect((await sandbox.ended(arn)).output).toEqual({ kept: 'v', input: { n: 2 }, seen: 1 });
  });

  it('enters a Fail state again, and fails again', async () => {
    const sandbox = aStepFunctionsWorld();
    const fail = { QueryLanguage: 'JSONata', StartAt: 'No', States: { No: { Type: 'Fail', Error: 'Never' } } };
    const failed = await sandbox.run(fail);
    await redrive(sandbox, failed.arn);
    await sandbox.ended(failed.arn);
    await redrive(sandbox, failed.arn);
    const { status, error, events } = await sandbox.ended(failed.arn);
    expect([status, error]).toEqual(['FAILED', 'Never']);
    expect(types(events)).toEqual([
      ...['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed'],
      ...['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed'],
      ...['ExecutionRedriven', 'FailStateEntered', 'ExecutionFailed'],
    ]);
    expect(await call(sandbox, 'DescribeExecution', { executionArn: failed.arn })).toMatchObject({ redriveCount: 2 });
  });

  it('gives the execution its whole time limit again', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, 0);
    const timedOut = await sandbox.run({ ...MACHINE, TimeoutSeconds: 40 });
    expect(timedOut.status).toBe('TIMED_OUT');
    await pass(sandbox, 3600_000);
    await redrive(sandbox, timedOut.arn);
    expect((await sandbox.ended(timedOut.arn)).status).toBe('TIMED_OUT');
    expect(sandbox.clock.now()).toBe(START + 40_000 + 3600_000 + 40_000);
  });

  it('is told of, and shown', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, 3);
    const machine = await sandbox.create(MACHINE);
    const arn = await sandbox.start(machine);
    await sandbox.ended(arn);
    await redrive(sandbox, arn);
    const redriveDate = new Date(sandbox.clock.now());
    const shown = { status: 'RUNNING', redriveCount: 1, redriveDate };
    const described = await call(sandbox, 'DescribeExecution', { executionArn: arn });
    expect(described).toMatchObject({ ...shown, redriveStatus: 'NOT_REDRIVABLE' });
    expect(Object.keys(described)).not.toContain('stopDate');
    expect(Object.keys(described)).not.toContain('error');
    const listed = await call(sandbox, 'ListExecutions', { stateMachineArn: machine });
    expect(listed).toMatchObject({ executions: [shown] });
    await sandbox.ended(arn);
    const told = sandbox.published.map(({ detail }) => detail as Record<string, unknown>);
    expect(told.map(({ status, redriveCount, redriveStatus }) => [status, redriveCount, redriveStatus])).toEqual([
      ['RUNNING', 0, 'NOT_REDRIVABLE'],
      ['FAILED', 0, 'REDRIVABLE'],
      ['RUNNING', 1, 'NOT_REDRIVABLE'],
      ['SUCCEEDED', 1, 'NOT_REDRIVABLE'],
    ]);
    expect(told.map(({ redriveDate: date }) => date)).toEqual([null, null, +redriveDate, +redriveDate]);
    expect(sandbox.metrics.filter(({ unit }) => unit === 'Count').map(({ name }) => name)).toEqual([
      ...['ExecutionsStarted', 'ExecutionsFailed', 'ExecutionsRedriven'],
      ...['ExecutionsSucceeded', 'RedrivenExecutionsSucceeded'],
    ]);
  });

  it('is the same request under the same token for 15 minutes', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, 100);
    const { arn } = await sandbox.run(MACHINE);
    const first = await redrive(sandbox, arn, { clientToken: 'one' });
    await sandbox.ended(arn);
    await redrive(sandbox, arn, { clientToken: 'two' });
    await sandbox.ended(arn);
    expect(await redrive(sandbox, arn, { clientToken: 'one' })).toEqual(first);
    await pass(sandbox, 15 * 60_000);
    expect((await redrive(sandbox, arn, { clientToken: 'one' })).redriveDate).toEqual(new Date(sandbox.clock.now()));
  });

  it('still goes on after the sandbox was ended meanwhile', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    failing(before, 3);
    const { arn } = await before.run(MACHINE);
    before.functions.set('f', async (payload, { clock }) => {
      await clock.sleep(3600_000);
      return payload;
    });
    await redrive(before, arn);
    await pass(before, 1000);
    before.clock.stop();
    const after = aStepFunctionsWorld({ storage, start: before.clock.now(), seed: 9 });
    failing(after, 0);
    await after.world.service('SFN').start?.();
    expect((await after.ended(arn)).output).toEqual({ kept: 'v', input: { n: 2 }, seen: 1 });
  });

  it.each([
    { name: 'what succeeds', wait: 0, fails: 0, message: 'Execution is SUCCEEDED and cannot be redriven' },
    { name: 'what ended 15 days ago', wait: 15 * DAY_MS, fails: 9, message: 'Execution redrivable period exceeded' },
  ])('refuses $name', async ({ wait, fails, message }) => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, fails);
    const { arn } = await sandbox.run(MACHINE);
    await pass(sandbox, wait);
    await expect(redrive(sandbox, arn)).rejects.toMatchObject({ code: 'ExecutionNotRedrivable', message });
    expect(await call(sandbox, 'DescribeExecution', { executionArn: arn })).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: message,
    });
  });

  it('refuses what runs, what is not there, and what only the sandbox cannot take up', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, 9);
    const arn = await sandbox.start(await sandbox.create(MACHINE));
    const running = { code: 'ExecutionNotRedrivable', message: 'Execution is RUNNING and cannot be redriven' };
    await expect(redrive(sandbox, arn)).rejects.toMatchObject(running);
    await expect(redrive(sandbox, `${arn}x`)).rejects.toMatchObject({ code: 'ExecutionDoesNotExist' });
    const Branches = [{ StartAt: 'No', States: { No: { Type: 'Fail' } } }];
    const States = { Both: { Type: 'Parallel', Branches, End: true } };
    const failed = await sandbox.run({ QueryLanguage: 'JSONata', StartAt: 'Both', States });
    const message = expect.stringContaining('stopped in a Parallel state') as string;
    await expect(redrive(sandbox, failed.arn)).rejects.toMatchObject({ code: 'ValidationException', message });
  });
});
