import { describe, expect, it } from 'vitest';
import { createClock } from '../../../sandbox/core/clock.ts';
import { aStepFunctionsWorld, type StepFunctionsWorld } from './a-step-functions-world.ts';

const TASK = {
  QueryLanguage: 'JSONata',
  StartAt: 'Work',
  States: {
    Work: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: 'f', Payload: {} },
      Output: '{% $states.result.Payload %}',
      End: true,
    },
  },
};

function counting(): { sandbox: StepFunctionsWorld; calls: () => number } {
  const sandbox = aStepFunctionsWorld();
  let calls = 0;
  sandbox.functions.set('f', async (_payload, world) => {
    await world.clock.sleep(10_000);
    return String(++calls);
  });
  return { sandbox, calls: () => calls };
}

describe('the controls of Step Functions', () => {
  it('deliver a task twice: both calls have their effect, the first answer counts', async () => {
    const { sandbox, calls } = counting();
    sandbox.controls.setTaskFaults(({ state }) => (state === 'Work' ? { kind: 'deliver-twice' } : undefined));
    expect((await sandbox.run(TASK)).output).toBe(1);
    expect(calls()).toBe(2);
  });

  it('lose a task’s answer: it has its effect, and times out', async () => {
    const { sandbox, calls } = counting();
    sandbox.controls.setTaskFaults(() => ({ kind: 'time-out' }));
    const ended = await sandbox.run(TASK);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(ended.events.at(-2)?.type).toBe('TaskTimedOut');
    expect(calls()).toBe(1);
  });

  it('fail a task before it has any effect', async () => {
    const { sandbox, calls } = counting();
    sandbox.controls.setTaskFaults(({ retryCount, resource }) =>
      retryCount === 0 ? { kind: 'fail', error: 'Lambda.ServiceException', cause: resource } : undefined,
    );
    const Retry = [{ ErrorEquals: ['Lambda.ServiceException'] }];
    const ended = await sandbox.run({ ...TASK, States: { Work: { ...TASK.States.Work, Retry } } });
    expect(ended.output).toBe(1);
    expect(calls()).toBe(1);
    expect(ended.events.find((event) => event.type === 'TaskFailed')?.taskFailedEventDetails?.cause).toBe(
      'lambda:invoke',
    );
  });

  it('time out what an execution waits for now', async () => {
    const { sandbox } = counting();
    const arn = await sandbox.start(await sandbox.create(TASK));
    sandbox.clock.setTimer(3000, () => expect(sandbox.controls.timeOutTasks(arn)).toBe(1));
    const ended = await sandbox.ended(arn);
    expect(ended.error).toBe('States.Timeout');
    expect(ended.events.at(-1)?.timestamp).toEqual(new Date(Date.UTC(2026, 0, 1) + 3000));
    expect(sandbox.controls.timeOutTasks(arn)).toBe(0);
  });

  it('stop an execution in the middle of a task, whose late answer is ignored', async () => {
    const { sandbox, calls } = counting();
    const arn = await sandbox.start(await sandbox.create(TASK));
    sandbox.clock.setTimer(3000, () => expect(sandbox.controls.stop(arn, { error: 'Killed' })).toBe(true));
    await sandbox.ended(arn);
    await new Promise((resolve) => sandbox.clock.setTimer(60_000, () => resolve(undefined)));
    const ended = await sandbox.ended(arn);
    expect(ended).toMatchObject({ status: 'ABORTED', error: 'Killed' });
    expect(calls()).toBe(1);
    expect(ended.events.at(-1)?.type).toBe('ExecutionAborted');
    expect(sandbox.controls.stop(arn)).toBe(false);
  });

  it('tell of each event as it happens', async () => {
    const { sandbox } = counting();
    const seen: unknown[] = [];
    const off = sandbox.controls.onEvent(({ event }) => seen.push(event.type));
    const ended = await sandbox.run(TASK);
    expect(seen).toEqual(ended.events.map((event) => event.type));
    off();
    await sandbox.run(TASK);
    expect(seen).toHaveLength(ended.events.length);
  });
});

describe('many executions', () => {
  const sixty = {
    QueryLanguage: 'JSONata',
    StartAt: 'Check',
    States: {
      Check: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.n >= 20 %}', Next: 'Done' }],
        Default: 'Bake',
      },
      Bake: { Type: 'Wait', Seconds: 60, Next: 'Count' },
      Count: {
        Type: 'Pass',
        Output: { n: '{% $states.input.n + 1 %}', log: '{% $append($states.input.log, $states.input.n) %}' },
        Assign: { last: '{% $states.input.n %}' },
        Next: 'Check',
      },
      Done: { Type: 'Succeed' },
    },
  };

  it('wait at no cost but their timers', async () => {
    const clock = createClock({ kind: 'real' }, Date.UTC(2026, 0, 1));
    const sandbox = aStepFunctionsWorld({ clock });
    const wait = {
      QueryLanguage: 'JSONata',
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 86_400, End: true } },
    };
    const machine = await sandbox.create(wait);
    let entered = 0;
    sandbox.controls.onEvent(({ event }) => void (event.type === 'WaitStateEntered' && entered++));
    await Promise.all(Array.from({ length: 1000 }, () => sandbox.start(machine)));
    await clock.sleep(200);
    expect(entered).toBe(1000);
    const before = process.cpuUsage();
    await clock.sleep(1000);
    const { user, system } = process.cpuUsage(before);
    clock.stop();
    console.log(`1,000 executions in Wait: ${((user + system) / 10_000).toFixed(1)} % of a core`);
    expect(user + system).toBeLessThan(250_000);
  });

  it('run some 60 transitions in a few milliseconds', async () => {
    const sandbox = aStepFunctionsWorld();
    const machine = await sandbox.create(sixty);
    const run = async () => sandbox.ended(await sandbox.start(machine, { n: 0, log: [] }));
    for (let i = 0; i < 10; i++) await run();
    const started = process.cpuUsage();
    const runs = 50;
    for (let i = 0; i < runs; i++) expect((await run()).status).toBe('SUCCEEDED');
    const { user, system } = process.cpuUsage(started);
    const each = (user + system) / 1000 / runs;
    console.log(`62 transitions: ${each.toFixed(2)} ms of CPU`);
    expect(each).toBeLessThan(60);
  });
});
