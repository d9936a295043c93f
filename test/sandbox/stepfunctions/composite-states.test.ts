import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { aStepFunctionsWorld, FunctionFailure } from './a-step-functions-world.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';
const one = (state: object) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Whole',
  States: { Whole: { ...state, End: true } },
});
const flow = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
const call = (functionName: unknown) => ({
  Type: 'Task',
  Resource: INVOKE,
  Arguments: { FunctionName: functionName, Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  End: true,
});
const shape = (events: readonly HistoryEvent[]) =>
  events.map(({ id, previousEventId, type }) => `${id}<${previousEventId} ${type}`);

describe('Parallel', () => {
  it('gives the outputs in the order of its branches, whichever ends first', async () => {
    const branch = (name: string, Seconds: number) => ({
      StartAt: name,
      States: { [name]: { Type: 'Wait', Seconds, Output: name, End: true } },
    });
    const ended = await aStepFunctionsWorld().run(
      one({ Type: 'Parallel', Arguments: { a: 1 }, Branches: [branch('slow', 9), branch('quick', 2)] }),
    );
    expect(ended.output).toEqual(['slow', 'quick']);
    expect(shape(ended.events)).toEqual([
      '1<0 ExecutionStarted',
      '2<0 ParallelStateEntered',
      '3<2 ParallelStateStarted',
      '4<3 WaitStateEntered',
      '5<3 WaitStateEntered',
      '6<5 WaitStateExited',
      '7<4 WaitStateExited',
      '8<7 ParallelStateSucceeded',
      '9<7 ParallelStateExited',
      '10<9 ExecutionSucceeded',
    ]);
    expect(ended.events[3]?.stateEnteredEventDetails?.input).toBe('{"a":1}');
  });

  it('ends the other branches when one fails, and that can be caught', async () => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('bad', () => {
      throw new FunctionFailure('{"errorType":"Bad"}');
    });
    const definition = one({
      Type: 'Parallel',
      Branches: [flow('Long', { Type: 'Wait', Seconds: 3600, End: true }), flow('Fails', call('bad'))],
      Catch: [{ ErrorEquals: ['Bad'], Next: 'After' }],
    });
    const States = { ...definition.States, After: { Type: 'Pass', End: true } };
    const ended = await sandbox.run({ ...definition, States });
    expect(ended.output).toEqual({ Error: 'Bad', Cause: '{"errorType":"Bad"}' });
    expect(shape(ended.events).slice(2)).toEqual([
      '3<2 ParallelStateStarted',
      '4<3 WaitStateEntered',
      '5<3 TaskStateEntered',
      '6<5 TaskScheduled',
      '7<6 TaskStarted',
      '8<7 TaskFailed',
      '9<8 WaitStateAborted',
      '10<8 TaskStateAborted',
      '11<8 ParallelStateFailed',
      '12<11 ParallelStateExited',
      '13<12 PassStateEntered',
      '14<13 PassStateExited',
      '15<14 ExecutionSucceeded',
    ]);
    expect(sandbox.clock.now()).toBe(Date.UTC(2026, 0, 1));
  });

  it('is tried again as a whole', async () => {
    const sandbox = aStepFunctionsWorld();
    let calls = 0;
    sandbox.functions.set('f', () => {
      if (++calls < 3) throw new FunctionFailure('{"errorType":"Bad"}');
      return '"ok"';
    });
    const ended = await sandbox.run(
      one({ Type: 'Parallel', Branches: [flow('Call', call('f'))], Retry: [{ ErrorEquals: ['Bad'] }] }),
    );
    expect(ended.output).toEqual(['ok']);
    expect(ended.events.filter((event) => event.type === 'ParallelStateFailed')).toHaveLength(2);
    expect(ended.events.filter((event) => event.type === 'ParallelStateSucceeded')).toHaveLength(1);
  });
});

describe('Map', () => {
  it('runs as many iterations at once as MaxConcurrency allows', async () => {
    const sandbox = aStepFunctionsWorld();
    let [now, most] = [0, 0];
    sandbox.functions.set('f', async (payload, world) => {
      most = Math.max(most, ++now);
      await world.clock.sleep(1000);
      now--;
      return payload;
    });
    const ended = await sandbox.run(
      one({ Type: 'Map', Items: '{% [1..10] %}', MaxConcurrency: 3, ItemProcessor: flow('Call', call('f')) }),
    );
    expect(most).toBe(3);
    expect(ended.output).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(sandbox.clock.now() - Date.UTC(2026, 0, 1)).toBe(4000);
  });

  it('shows the item in the context, in the selector and inside the iteration', async () => {
    const ended = await aStepFunctionsWorld().run(
      one({
        Type: 'Map',
        ItemSelector: { v: '{% $states.context.Map.Item.Value %}', of: '{% $count($states.input) %}' },
        ItemProcessor: flow('Show', {
          Type: 'Pass',
          Output: { i: '{% $states.context.Map.Item.Index %}', in: '{% $states.input %}' },
          End: true,
        }),
      }),
      ['a', 'b'],
    );
    expect(ended.output).toEqual([
      { i: 0, in: { v: 'a', of: 2 } },
      { i: 1, in: { v: 'b', of: 2 } },
    ]);
  });

  it('records the failure of an iteration, and the end of the others', async () => {
    const sandbox = aStepFunctionsWorld();
    const Items = [{ f: 'bad' }, { f: 'slow' }];
    sandbox.functions.set('bad', () => {
      throw new FunctionFailure('{"errorType":"Bad"}');
    });
    sandbox.functions.set('slow', async (_payload, world) => {
      await world.clock.sleep(5000);
      return '1';
    });
    const ended = await sandbox.run(
      one({ Type: 'Map', Items, ItemProcessor: flow('Call', call('{% $states.input.f %}')) }),
    );
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Bad' });
    const failed = ended.events.find((event) => event.type === 'TaskFailed')?.id as number;
    expect(shape(ended.events).slice(failed)).toEqual([
      `${failed + 1}<${failed} MapIterationFailed`,
      `${failed + 2}<${failed} TaskStateAborted`,
      `${failed + 3}<${failed} MapIterationAborted`,
      `${failed + 4}<${failed} TaskStateAborted`,
      `${failed + 5}<${failed} MapStateFailed`,
      `${failed + 6}<${failed + 5} ExecutionFailed`,
    ]);
  });

  it('runs inside a Map, and in a Parallel', async () => {
    const inner = {
      Type: 'Map',
      ItemProcessor: flow('Double', { Type: 'Pass', Output: '{% $states.input * 2 %}', End: true }),
      End: true,
    };
    const ended = await aStepFunctionsWorld().run(
      one({
        Type: 'Parallel',
        Branches: [flow('Rows', { Type: 'Map', ItemProcessor: flow('Row', inner), End: true })],
      }),
      [[1, 2], [3]],
    );
    expect(ended.output).toEqual([[[2, 4], [6]]]);
  });
});
