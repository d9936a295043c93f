import { describe, expect, it } from 'vitest';
import { ACCOUNT, aStepFunctionsWorld, type StepFunctionsWorld } from './a-step-functions-world.ts';

const waiting = (extra: object = {}) => ({
  QueryLanguage: 'JSONata',
  StartAt: 'Ask',
  States: {
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
      End: true,
      ...extra,
    },
  },
});

const send = (sandbox: StepFunctionsWorld, name: string, input: object) =>
  sandbox.world.call('SFN', `SendTask${name}`, input, ACCOUNT);

/** A world whose function keeps the token, and does with it what the test says, later. */
function asking(later: (sandbox: StepFunctionsWorld, taskToken: string) => Promise<unknown>, afterMs = 60_000) {
  const sandbox = aStepFunctionsWorld();
  const told: { token?: string; outcome?: unknown } = {};
  sandbox.functions.set('ask', (payload, world) => {
    const { token } = JSON.parse(payload) as { token: string };
    told.token = token;
    world.clock.setTimer(afterMs, () => {
      later(sandbox, token).then(
        (value) => (told.outcome = value),
        (cause: unknown) => (told.outcome = cause),
      );
    });
    return '"asked"';
  });
  return { sandbox, told };
}

describe('a task that waits for its token', () => {
  it('goes on with the output that is sent', async () => {
    const { sandbox } = asking((s, taskToken) => send(s, 'Success', { taskToken, output: '{"approved":true}' }));
    const ended = await sandbox.run(waiting());
    expect(ended.output).toEqual({ approved: true });
    expect(ended.events.map((event) => event.type)).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded'],
      ...['TaskStateExited', 'ExecutionSucceeded'],
    ]);
    expect(ended.events[4]?.taskSubmittedEventDetails?.resource).toBe('invoke.waitForTaskToken');
    expect(sandbox.clock.now() - Date.UTC(2026, 0, 1)).toBe(60_000);
  });

  it('fails with the error that is sent', async () => {
    const { sandbox } = asking((s, taskToken) =>
      send(s, 'Failure', { taskToken, error: 'Denied', cause: 'not today' }),
    );
    expect(await sandbox.run(waiting())).toMatchObject({ status: 'FAILED', error: 'Denied', cause: 'not today' });
  });

  it('takes an answer that comes before its request has ended', async () => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('ask', async (payload) => {
      const { token } = JSON.parse(payload) as { token: string };
      await send(sandbox, 'Success', { taskToken: token, output: '1' });
      return '2';
    });
    const ended = await sandbox.run(waiting());
    expect(ended.output).toBe(1);
    expect(ended.events.map((event) => event.type).slice(4, 6)).toEqual(['TaskSubmitted', 'TaskSucceeded']);
  });

  it('records a request that fails', async () => {
    const ended = await aStepFunctionsWorld().run(waiting());
    expect(ended.error).toBe('Lambda.ResourceNotFoundException');
    expect(ended.events.map((event) => event.type).slice(-2)).toEqual(['TaskSubmitFailed', 'ExecutionFailed']);
  });

  it.each([
    { name: 'TimeoutSeconds', extra: { TimeoutSeconds: 30 }, matches: 'States.Timeout', at: 30_000 },
    { name: 'HeartbeatSeconds', extra: { HeartbeatSeconds: 20 }, matches: 'States.HeartbeatTimeout', at: 20_000 },
    { name: 'HeartbeatSeconds', extra: { HeartbeatSeconds: 20 }, matches: 'States.Timeout', at: 20_000 },
  ])('times out after $name, caught as $matches, and a late answer is refused', async ({ extra, matches, at }) => {
    const { sandbox, told } = asking((s, taskToken) => send(s, 'Success', { taskToken, output: '1' }));
    const definition = waiting({ ...extra, Catch: [{ ErrorEquals: [matches], Next: 'Late' }] });
    const Late = { Type: 'Wait', Seconds: 60, Output: '{% $states.input.Error %}', End: true };
    const ended = await sandbox.run({ ...definition, States: { ...definition.States, Late } });
    expect(ended.output).toBe('States.Timeout');
    const timedOut = ended.events.find((event) => event.type === 'TaskTimedOut');
    expect(timedOut?.timestamp?.getTime()).toBe(Date.UTC(2026, 0, 1) + at);
    expect(told.outcome).toMatchObject({
      code: 'TaskTimedOut',
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
  });

  it('stays alive with heartbeats', async () => {
    const sandbox = aStepFunctionsWorld();
    sandbox.functions.set('ask', (payload, world) => {
      const { token: taskToken } = JSON.parse(payload) as { token: string };
      for (const at of [15, 30, 45])
        world.clock.setTimer(at * 1000, () => void send(sandbox, 'Heartbeat', { taskToken }));
      world.clock.setTimer(60_000, () => void send(sandbox, 'Success', { taskToken, output: '"alive"' }));
      return '1';
    });
    expect((await sandbox.run(waiting({ HeartbeatSeconds: 20 }))).output).toBe('alive');
  });

  it('takes one answer only', async () => {
    const { sandbox, told } = asking(async (s, taskToken) => {
      await send(s, 'Success', { taskToken, output: '1' });
      return send(s, 'Success', { taskToken, output: '2' });
    });
    expect((await sandbox.run(waiting())).output).toBe(1);
    expect(told.outcome).toMatchObject({ code: 'TaskTimedOut' });
  });

  it('refuses what is no token, and output that is no JSON', async () => {
    const sandbox = aStepFunctionsWorld();
    await expect(send(sandbox, 'Success', { taskToken: 'abc', output: '1' })).rejects.toMatchObject({
      code: 'InvalidToken',
      message: "Invalid Token: 'Invalid token'",
    });
    await expect(send(sandbox, 'Success', { taskToken: 'abc', output: 'no' })).rejects.toMatchObject({
      code: 'InvalidOutput',
    });
  });
});

describe('states:startExecution', () => {
  const parent = (pattern: string, stateMachineArn: string) => ({
    QueryLanguage: 'JSONata',
    StartAt: 'Child',
    States: {
      Child: {
        Type: 'Task',
        Resource: `arn:aws:states:::states:startExecution${pattern}`,
        Arguments: { StateMachineArn: stateMachineArn, Input: { n: 1 } },
        End: true,
      },
    },
  });
  const child = {
    QueryLanguage: 'JSONata',
    StartAt: 'W',
    States: { W: { Type: 'Wait', Seconds: 10, Output: { got: '{% $states.input %}' }, End: true } },
  };

  it('goes on at once without .sync', async () => {
    const sandbox = aStepFunctionsWorld();
    const ended = await sandbox.run(parent('', await sandbox.create(child)));
    expect(ended.output).toMatchObject({
      ExecutionArn: expect.stringContaining(':execution:') as string,
      StartDate: Date.UTC(2026, 0, 1),
    });
    expect(sandbox.clock.now()).toBe(Date.UTC(2026, 0, 1));
  });

  it.each([
    { pattern: '.sync', output: '{"got":{"n":1}}' },
    { pattern: '.sync:2', output: { got: { n: 1 } } },
  ])('waits for the child with $pattern', async ({ pattern, output }) => {
    const sandbox = aStepFunctionsWorld();
    const ended = await sandbox.run(parent(pattern, await sandbox.create(child)));
    expect(ended.output).toMatchObject({
      Status: 'SUCCEEDED',
      Output: output,
      StopDate: Date.UTC(2026, 0, 1) + 10_000,
    });
    const needs = sandbox.checked.filter(({ principal }) => principal.kind === 'role').map(({ need }) => need.action);
    expect(needs).toEqual(['states:StartExecution', 'states:DescribeExecution']);
  });

  it('fails when the child fails, with its description as the cause', async () => {
    const sandbox = aStepFunctionsWorld();
    const failing = { QueryLanguage: 'JSONata', StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E', Cause: 'c' } } };
    const ended = await sandbox.run(parent('.sync:2', await sandbox.create(failing)));
    expect(ended.error).toBe('States.TaskFailed');
    expect(JSON.parse(ended.cause as string)).toMatchObject({ Status: 'FAILED', Error: 'E', Cause: 'c' });
  });

  it('stops the child when it is stopped itself', async () => {
    const sandbox = aStepFunctionsWorld();
    const childArn = await sandbox.create({ ...child, States: { W: { ...child.States.W, Seconds: 9999 } } });
    const arn = await sandbox.start(await sandbox.create(parent('.sync:2', childArn)));
    sandbox.clock.setTimer(5000, () => void sandbox.controls.stop(arn));
    expect((await sandbox.ended(arn)).status).toBe('ABORTED');
    const list = () => sandbox.world.call('SFN', 'ListExecutions', { stateMachineArn: childArn }, ACCOUNT);
    await new Promise((resolve) => sandbox.clock.setTimer(1, () => resolve(undefined)));
    expect(await list()).toMatchObject({ executions: [{ status: 'ABORTED' }] });
  });
});
