import { describe, expect, it } from 'vitest';
import { memoryStorage, type Storage } from '../../../sandbox/core/collection.ts';
import {
  ACCOUNT,
  aStepFunctionsWorld,
  FunctionFailure,
  type FakeFunction,
  type StepFunctionsWorld,
} from './a-step-functions-world.ts';

const START = Date.UTC(2026, 0, 1);
const INVOKE = 'arn:aws:states:::lambda:invoke';
const machine = (states: object) => ({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states });
const call = (extra: object = {}) => ({
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: 'f', Payload: 1 },
  ...extra,
});

/** Kills the process after `ms` of sandbox time, and gives the next one, which finds what was stored. */
async function killedAfter(
  sandbox: StepFunctionsWorld,
  storage: Storage,
  ms: number,
  functions: Record<string, FakeFunction> = {},
): Promise<StepFunctionsWorld> {
  await new Promise((resolve) => sandbox.clock.setTimer(ms, () => resolve(undefined)));
  const start = sandbox.clock.now();
  sandbox.clock.stop();
  const next = aStepFunctionsWorld({ storage, start, seed: 99 });
  for (const [name, f] of Object.entries(functions)) next.functions.set(name, f);
  await next.world.service('SFN').start?.();
  return next;
}

const types = (events: readonly { type?: string | undefined }[]) => events.map((event) => event.type);

describe('an execution that was running when the sandbox was killed', () => {
  it('ends its wait when it would have, with its variables, and its history has no gap', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    const arn = await before.start(
      await before.create(
        machine({
          Set: { Type: 'Pass', Assign: { kept: 'v' }, Next: 'Bake' },
          Bake: { Type: 'Wait', Seconds: 600, Next: 'Read' },
          Read: { Type: 'Pass', Output: { kept: '{% $kept %}', input: '{% $states.input %}' }, End: true },
        }),
      ),
      { n: 1 },
    );
    const after = await killedAfter(before, storage, 100_000);
    const ended = await after.ended(arn);
    expect(ended.output).toEqual({ kept: 'v', input: { n: 1 } });
    expect(after.clock.now()).toBe(START + 600_000);
    expect(types(ended.events)).toEqual([
      ...['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'WaitStateEntered', 'WaitStateExited'],
      ...['PassStateEntered', 'PassStateExited', 'ExecutionSucceeded'],
    ]);
    expect(ended.events.map((event) => event.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('sends the request of its task again', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    before.functions.set('f', async (_payload, world) => {
      await world.clock.sleep(3600_000);
      return '1';
    });
    const arn = await before.start(await before.create(machine({ Work: call({ End: true }) })));
    const after = await killedAfter(before, storage, 1000, { f: () => '"second time"' });
    const ended = await after.ended(arn);
    expect(ended.output).toMatchObject({ Payload: 'second time' });
    expect(types(ended.events)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited'],
      'ExecutionSucceeded',
    ]);
  });

  it('keeps its retries and its pause between them', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    const fail = (): never => {
      throw new FunctionFailure('{"errorType":"E"}');
    };
    before.functions.set('f', fail);
    const Retry = [{ ErrorEquals: ['E'], IntervalSeconds: 100, BackoffRate: 1, MaxAttempts: 2 }];
    const arn = await before.start(await before.create(machine({ Work: call({ Retry, End: true }) })));
    let calls = 0;
    const f = (): string => (++calls, fail());
    const after = await killedAfter(before, storage, 130_000, { f });
    expect(await after.ended(arn)).toMatchObject({ status: 'FAILED', error: 'E' });
    expect(calls).toBe(1);
    expect(after.clock.now()).toBe(START + 200_000);
  });

  it('still waits for its token, within the time it was given', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    let taskToken = '';
    before.functions.set('f', (payload) => {
      taskToken = JSON.parse(payload) as string;
      return '1';
    });
    const Ask = {
      Type: 'Task',
      Resource: `${INVOKE}.waitForTaskToken`,
      Arguments: { FunctionName: 'f', Payload: '{% $states.context.Task.Token %}' },
      TimeoutSeconds: 300,
      End: true,
    };
    const definition = await before.create(machine({ Ask }));
    const [first, second] = [
      await before.start(definition, {}, 'answered'),
      await before.start(definition, {}, 'silent'),
    ];
    const after = await killedAfter(before, storage, 60_000);
    const secondToken = taskToken;
    after.clock.setTimer(60_000, () => {
      void after.world.call('SFN', 'SendTaskSuccess', { taskToken: secondToken, output: '"late but fine"' }, ACCOUNT);
    });
    expect((await after.ended(second)).output).toBe('late but fine');
    expect(await after.ended(first)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(after.clock.now()).toBe(START + 300_000);
  });

  it('runs a Map or Parallel state again from its start', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    const inner = {
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 100, Output: '{% $states.input * 2 %}', End: true } },
    };
    const arn = await before.start(
      await before.create(machine({ All: { Type: 'Map', ItemProcessor: inner, End: true } })),
      [1, 2],
    );
    const after = await killedAfter(before, storage, 50_000);
    const ended = await after.ended(arn);
    expect(ended.output).toEqual([2, 4]);
    expect(after.clock.now()).toBe(START + 150_000);
  });

  it('still times out with its machine', async () => {
    const storage = memoryStorage();
    const before = aStepFunctionsWorld({ storage });
    const states = machine({ W: { Type: 'Wait', Seconds: 600, End: true } });
    const arn = await before.start(await before.create({ ...states, TimeoutSeconds: 200 }));
    const after = await killedAfter(before, storage, 100_000);
    expect((await after.ended(arn)).status).toBe('TIMED_OUT');
    expect(after.clock.now()).toBe(START + 200_000);
  });
});
