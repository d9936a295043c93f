import { describe, expect, it } from 'vitest';
import { aStepFunctionsWorld, FunctionFailure, type StepFunctionsWorld } from './a-step-functions-world.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';

/** A function that fails with these error types, one per call, then answers. */
function failing(sandbox: StepFunctionsWorld, ...errors: string[]): number[] {
  const calls: number[] = [];
  sandbox.functions.set('f', (_payload, world) => {
    calls.push(world.clock.now());
    const errorType = errors.shift();
    if (errorType !== undefined) throw new FunctionFailure(JSON.stringify({ errorType, errorMessage: 'no' }));
    return '"done"';
  });
  return calls;
}

const task = (extra: object) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: INVOKE,
      Arguments: { FunctionName: 'f', Payload: {} },
      Output: '{% $states.result.Payload %}',
      End: true,
      ...extra,
    },
    Caught: { Type: 'Pass', End: true },
  },
});
/** The same with `Caught` left out, where no catcher leads there. */
const retried = (retry: object[]) => {
  const definition = task({ Retry: retry });
  return { ...definition, States: { Work: definition.States.Work } };
};

describe('Retry', () => {
  const pauses = (calls: number[]) => calls.slice(1).map((at, i) => at - (calls[i] as number));

  it.each([
    { name: 'doubles a second three times by default', retrier: {}, failures: 3, gives: [1000, 2000, 4000] },
    {
      name: 'follows interval and rate',
      retrier: { IntervalSeconds: 2, BackoffRate: 1.5, MaxAttempts: 3 },
      failures: 3,
      gives: [2000, 3000, 4500],
    },
    {
      name: 'is capped by MaxDelaySeconds',
      retrier: { IntervalSeconds: 3, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 10 },
      failures: 4,
      gives: [3000, 9000, 10_000, 10_000],
    },
  ])('$name', async ({ retrier, failures, gives }) => {
    const sandbox = aStepFunctionsWorld();
    const calls = failing(sandbox, ...Array.from({ length: failures }, () => 'Flaky'));
    const ended = await sandbox.run(retried([{ ErrorEquals: ['Flaky'], ...retrier }]));
    expect(ended.output).toBe('done');
    expect(pauses(calls)).toEqual(gives);
  });

  it('spreads its pauses between nothing and the whole with full jitter, the same for the same seed', async () => {
    const run = async (seed: number): Promise<number[]> => {
      const sandbox = aStepFunctionsWorld({ seed });
      const calls = failing(sandbox, 'Flaky', 'Flaky', 'Flaky');
      await sandbox.run(
        retried([{ ErrorEquals: ['Flaky'], IntervalSeconds: 10, BackoffRate: 1, JitterStrategy: 'FULL' }]),
      );
      return pauses(calls);
    };
    const spread = await run(1);
    expect(spread.every((pause) => pause >= 0 && pause <= 10_000)).toBe(true);
    expect(new Set(spread).size).toBe(3);
    expect(await run(1)).toEqual(spread);
    expect(await run(2)).not.toEqual(spread);
  });

  it('counts each retrier by itself', async () => {
    const sandbox = aStepFunctionsWorld();
    const calls = failing(sandbox, 'A', 'B', 'A', 'B');
    const once = (name: string) => ({ ErrorEquals: [name], MaxAttempts: 1, IntervalSeconds: 1 });
    const ended = await sandbox.run(retried([once('A'), once('B')]));
    expect(ended).toMatchObject({ status: 'FAILED', error: 'A' });
    expect(calls).toHaveLength(3);
  });

  it('does not happen with MaxAttempts 0', async () => {
    const sandbox = aStepFunctionsWorld();
    const calls = failing(sandbox, 'A');
    await sandbox.run(retried([{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }]));
    expect(calls).toHaveLength(1);
  });

  it('tells the state how often it was tried', async () => {
    const sandbox = aStepFunctionsWorld();
    const seen: unknown[] = [];
    sandbox.functions.set('f', (payload) => {
      seen.push(JSON.parse(payload));
      if (seen.length < 3) throw new FunctionFailure('{"errorType":"E"}');
      return '1';
    });
    const Arguments = { FunctionName: 'f', Payload: '{% $states.context.State.RetryCount %}' };
    const definition = retried([{ ErrorEquals: ['E'] }]);
    await sandbox.run({ ...definition, States: { Work: { ...definition.States.Work, Arguments } } });
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe('Catch', () => {
  it.each([
    { name: 'the name itself', error: 'Flaky', errorEquals: ['Other', 'Flaky'], caught: true },
    { name: 'another name', error: 'Flaky', errorEquals: ['Other'], caught: false },
    { name: 'States.ALL', error: 'Flaky', errorEquals: ['States.ALL'], caught: true },
    { name: 'States.TaskFailed', error: 'Flaky', errorEquals: ['States.TaskFailed'], caught: true },
    { name: 'States.ALL for States.Runtime', error: 'States.Runtime', errorEquals: ['States.ALL'], caught: false },
    {
      name: 'States.ALL for States.DataLimitExceeded',
      error: 'States.DataLimitExceeded',
      errorEquals: ['States.ALL'],
      caught: false,
    },
    {
      name: 'States.DataLimitExceeded by name',
      error: 'States.DataLimitExceeded',
      errorEquals: ['States.DataLimitExceeded'],
      caught: true,
    },
    {
      name: 'States.TaskFailed for States.Timeout',
      error: 'States.Timeout',
      errorEquals: ['States.TaskFailed'],
      caught: false,
    },
  ])('matches $name: $caught', async ({ error, errorEquals, caught }) => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox, error);
    const ended = await sandbox.run(task({ Catch: [{ ErrorEquals: errorEquals, Next: 'Caught' }] }));
    expect(ended.status).toBe(caught ? 'SUCCEEDED' : 'FAILED');
    if (caught) expect(ended.output).toEqual({ Error: error, Cause: `{"errorType":"${error}","errorMessage":"no"}` });
    else expect(ended.error).toBe(error);
  });

  it('comes after the retries, with its own Assign and Output', async () => {
    const sandbox = aStepFunctionsWorld();
    const calls = failing(sandbox, 'E', 'E', 'E');
    const definition = task({
      Retry: [{ ErrorEquals: ['E'], MaxAttempts: 1 }],
      Catch: [
        {
          ErrorEquals: ['States.ALL'],
          Assign: { why: '{% $states.errorOutput.Error %}' },
          Output: { was: '{% $states.input %}' },
          Next: 'Caught',
        },
      ],
    });
    const Caught = { Type: 'Pass', Output: { why: '{% $why %}', input: '{% $states.input %}' }, End: true };
    const ended = await sandbox.run({ ...definition, States: { ...definition.States, Caught } }, { n: 1 });
    expect(calls).toHaveLength(2);
    expect(ended.output).toEqual({ why: 'E', input: { was: { n: 1 } } });
  });

  it('takes an expression that fails in the Task', async () => {
    const sandbox = aStepFunctionsWorld();
    failing(sandbox);
    const ended = await sandbox.run(
      task({ Output: '{% $nothing %}', Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'Caught' }] }),
    );
    expect(ended.status).toBe('SUCCEEDED');
    expect(ended.output).toMatchObject({ Error: 'States.QueryEvaluationError' });
    expect(ended.events.map((event) => event.type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'EvaluationFailed'],
      ...['TaskStateExited', 'PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
    ]);
  });
});
