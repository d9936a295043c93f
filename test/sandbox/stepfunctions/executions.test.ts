import { describe, expect, it } from 'vitest';
import { ACCOUNT, aStepFunctionsWorld, ROLE_ARN, type StepFunctionsWorld } from './a-step-functions-world.ts';

const WAIT = { QueryLanguage: 'JSONata', StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 60, End: true } } };
const PASS = { QueryLanguage: 'JSONata', StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const START = Date.UTC(2026, 0, 1);

const call = <T = Record<string, unknown>>(sandbox: StepFunctionsWorld, name: string, input: object): Promise<T> =>
  sandbox.world.call<T>('SFN', name, input, ACCOUNT);

describe('StartExecution', () => {
  it('gives the running execution of the same name and input, and refuses any other reuse', async () => {
    const sandbox = aStepFunctionsWorld();
    const stateMachineArn = await sandbox.create(WAIT);
    const begin = (input: string) =>
      call<{ executionArn: string; startDate: Date }>(sandbox, 'StartExecution', { stateMachineArn, name: 'n', input });
    const first = await begin('{"a":1}');
    expect(first.executionArn).toBe('arn:aws:states:us-east-1:111111111111:execution:machine-1:n');
    expect(await begin('{"a":1}')).toEqual(first);
    const refused = { code: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${first.executionArn}'` };
    await expect(begin('{"a":2}')).rejects.toMatchObject(refused);
    await sandbox.ended(first.executionArn);
    await expect(begin('{"a":1}')).rejects.toMatchObject(refused);
  });

  it('frees a name 90 days after its execution ended', async () => {
    const sandbox = aStepFunctionsWorld();
    const machine = await sandbox.create(PASS);
    const first = await sandbox.start(machine, {}, 'n');
    await sandbox.ended(first);
    await new Promise((resolve) => sandbox.clock.setTimer(91 * 24 * 3600 * 1000, () => resolve(undefined)));
    const again = await sandbox.start(machine, {}, 'n');
    expect((await sandbox.ended(again)).events).toHaveLength(4);
    expect((await call(sandbox, 'ListExecutions', { stateMachineArn: machine })).executions).toHaveLength(1);
  });

  it.each([
    { name: 'a name with a space', input: { name: 'a b' }, code: 'InvalidName', message: "Invalid Name: 'a b'" },
    { name: 'a name of 81 characters', input: { name: 'a'.repeat(81) }, code: 'InvalidName' },
    { name: 'a name with a colon', input: { name: 'a:b' }, code: 'InvalidName' },
    {
      name: 'a word as input',
      input: { input: 'not json' },
      code: 'InvalidExecutionInput',
      message:
        "Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
    },
    {
      name: 'single quotes',
      input: { input: "{'a': 1}" },
      code: 'InvalidExecutionInput',
      message:
        "Invalid State Machine Execution Input: 'Unexpected character (''' (code 39)): was expecting double-quote to start field name'",
    },
    {
      name: 'empty input',
      input: { input: '' },
      code: 'InvalidExecutionInput',
      message: "Invalid State Machine Execution Input: 'Invalid execution input.'",
    },
    {
      name: 'input over 262,144 bytes',
      input: { input: JSON.stringify('x'.repeat(262_144)) },
      code: 'ValidationException',
    },
    {
      name: 'a machine that is not there',
      input: { stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:none' },
      code: 'StateMachineDoesNotExist',
      message: "State Machine Does Not Exist: 'arn:aws:states:us-east-1:111111111111:stateMachine:none'",
    },
    {
      name: 'what is no ARN',
      input: { stateMachineArn: 'nonsense' },
      code: 'InvalidArn',
      message: "Invalid Arn: 'Invalid ARN prefix: nonsense'",
    },
  ])('refuses $name', async ({ input, code, message }) => {
    const sandbox = aStepFunctionsWorld();
    const stateMachineArn = await sandbox.create(PASS);
    const refused = expect(call(sandbox, 'StartExecution', { stateMachineArn, ...input })).rejects;
    await refused.toMatchObject({ code, ...(message && { message }) });
  });

  it.each(['1', '"text"', 'null', '[]'])('takes %s as input', async (input) => {
    const sandbox = aStepFunctionsWorld();
    const ended = await sandbox.run(PASS, JSON.parse(input));
    expect(ended.output).toEqual(JSON.parse(input));
  });
});

describe('StopExecution', () => {
  it('ends an execution at once, with error and cause, and no Catch runs', async () => {
    const sandbox = aStepFunctionsWorld();
    const arn = await sandbox.start(await sandbox.create(WAIT));
    sandbox.clock.setTimer(
      10_000,
      () => void call(sandbox, 'StopExecution', { executionArn: arn, error: 'E', cause: 'c' }),
    );
    const ended = await sandbox.ended(arn);
    expect(ended).toMatchObject({ status: 'ABORTED', error: 'E', cause: 'c' });
    expect(ended.events.at(-1)).toMatchObject({
      type: 'ExecutionAborted',
      previousEventId: 0,
      executionAbortedEventDetails: { error: 'E', cause: 'c' },
    });
    const again = await call(sandbox, 'StopExecution', { executionArn: arn });
    expect(again).toEqual({ stopDate: new Date(START + 10_000) });
    expect(sandbox.published.filter(({ detail }) => detail.status === 'ABORTED')).toHaveLength(1);
  });

  it('refuses an execution that is not there', async () => {
    const executionArn = 'arn:aws:states:us-east-1:111111111111:execution:m:none';
    await expect(call(aStepFunctionsWorld(), 'StopExecution', { executionArn })).rejects.toMatchObject({
      code: 'ExecutionDoesNotExist',
      message: `Execution Does Not Exist: '${executionArn}'`,
    });
  });
});

describe('a machine’s TimeoutSeconds', () => {
  it('ends the execution as TIMED_OUT, past every Catch', async () => {
    const sandbox = aStepFunctionsWorld();
    const ended = await sandbox.run({ ...WAIT, TimeoutSeconds: 30 });
    expect(ended).toMatchObject({ status: 'TIMED_OUT', error: undefined, cause: undefined });
    expect(ended.events.at(-1)).toMatchObject({ type: 'ExecutionTimedOut', timestamp: new Date(START + 30_000) });
  });
});

describe('DescribeExecution', () => {
  it('tells all about an execution', async () => {
    const sandbox = aStepFunctionsWorld();
    const machine = await sandbox.create(PASS);
    const arn = await sandbox.start(machine, { a: 1 }, 'n');
    await sandbox.ended(arn);
    expect(await call(sandbox, 'DescribeExecution', { executionArn: arn })).toEqual({
      executionArn: arn,
      stateMachineArn: machine,
      name: 'n',
      status: 'SUCCEEDED',
      startDate: new Date(START),
      stopDate: new Date(START),
      input: '{"a":1}',
      inputDetails: { included: true },
      output: '{"a":1}',
      outputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('has the definition that the execution started with', async () => {
    const sandbox = aStepFunctionsWorld();
    const machine = await sandbox.create(WAIT);
    const arn = await sandbox.start(machine);
    await call(sandbox, 'UpdateStateMachine', { stateMachineArn: machine, definition: JSON.stringify(PASS) });
    const described = await call(sandbox, 'DescribeStateMachineForExecution', { executionArn: arn });
    expect(described).toMatchObject({ definition: JSON.stringify(WAIT), roleArn: ROLE_ARN });
    expect((await sandbox.ended(arn)).events.map((event) => event.type)).toContain('WaitStateExited');
  });
});

describe('listings', () => {
  it('show the newest executions first, filtered, page by page', async () => {
    const sandbox = aStepFunctionsWorld();
    const machine = await sandbox.create(WAIT);
    const arns: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      arns.push(await sandbox.start(machine, {}, name));
      await new Promise((resolve) => sandbox.clock.setTimer(10_000, () => resolve(undefined)));
    }
    await call(sandbox, 'StopExecution', { executionArn: arns[1] as string });
    const page = (input: object) =>
      call<{ executions: { name: string }[]; nextToken?: string }>(sandbox, 'ListExecutions', {
        stateMachineArn: machine,
        ...input,
      });
    const first = await page({ maxResults: 2 });
    expect(first.executions.map(({ name }) => name)).toEqual(['e', 'd']);
    const second = await page({ maxResults: 2, nextToken: first.nextToken });
    expect(second.executions.map(({ name }) => name)).toEqual(['c', 'b']);
    const third = await page({ maxResults: 2, nextToken: second.nextToken });
    expect(third).toMatchObject({ executions: [{ name: 'a' }] });
    expect(third.nextToken).toBeUndefined();
    expect((await page({ statusFilter: 'ABORTED' })).executions.map(({ name }) => name)).toEqual(['b']);
    await expect(page({ nextToken: 'zzz' })).rejects.toMatchObject({ code: 'InvalidToken' });
    await expect(page({ maxResults: 1001 })).rejects.toMatchObject({
      message:
        "1 validation error detected: Value '1001' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
    });
  });

  it('page through a history both ways, with or without data', async () => {
    const sandbox = aStepFunctionsWorld();
    const { arn } = await sandbox.run(PASS, { secret: 1 });
    const page = (input: object) =>
      call<{ events: { id: number }[]; nextToken?: string }>(sandbox, 'GetExecutionHistory', {
        executionArn: arn,
        ...input,
      });
    const first = await page({ maxResults: 3 });
    expect(first.events.map(({ id }) => id)).toEqual([1, 2, 3]);
    expect((await page({ maxResults: 3, nextToken: first.nextToken })).events.map(({ id }) => id)).toEqual([4]);
    const backwards = await page({ maxResults: 3, reverseOrder: true });
    expect(backwards.events.map(({ id }) => id)).toEqual([4, 3, 2]);
    const rest = await page({ maxResults: 3, reverseOrder: true, nextToken: backwards.nextToken });
    expect(rest).toMatchObject({ events: [{ id: 1 }] });
    expect(rest.nextToken).toBeUndefined();
    expect(JSON.stringify(await page({ includeExecutionData: false }))).not.toContain('secret');
  });
});

describe('what Step Functions tells others', () => {
  it('puts each change of status on the bus', async () => {
    const sandbox = aStepFunctionsWorld();
    const arn = await sandbox.start(await sandbox.create(WAIT), { a: 1 }, 'n');
    await sandbox.ended(arn);
    expect(sandbox.published.map(({ detail }) => detail.status)).toEqual(['RUNNING', 'SUCCEEDED']);
    expect(sandbox.published[1]).toEqual({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [arn],
      detail: {
        executionArn: arn,
        stateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine-1',
        name: 'n',
        status: 'SUCCEEDED',
        startDate: START,
        stopDate: START + 60_000,
        input: '{"a":1}',
        output: '{"a":1}',
        stateMachineVersionArn: null,
        stateMachineAliasArn: null,
        redriveCount: 0,
        redriveDate: null,
        redriveStatus: 'NOT_REDRIVABLE',
        redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
        inputDetails: { included: true },
        outputDetails: { included: true },
        error: null,
        cause: null,
      },
    });
  });

  it('leaves large payloads out of the event', async () => {
    const sandbox = aStepFunctionsWorld();
    await sandbox.run(PASS, 'x'.repeat(200_000));
    expect(sandbox.published[1]?.detail).toMatchObject({
      input: null,
      output: null,
      inputDetails: { included: false },
    });
  });

  it('counts starts and ends, and times executions', async () => {
    const sandbox = aStepFunctionsWorld();
    await sandbox.run(WAIT);
    const dimensions = { StateMachineArn: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine-1' };
    expect(sandbox.metrics).toEqual([
      { namespace: 'AWS/States', dimensions, at: START, name: 'ExecutionsStarted', value: 1, unit: 'Count' },
      { namespace: 'AWS/States', dimensions, at: START + 60_000, name: 'ExecutionsSucceeded', value: 1, unit: 'Count' },
      {
        namespace: 'AWS/States',
        dimensions,
        at: START + 60_000,
        name: 'ExecutionTime',
        value: 60_000,
        unit: 'Milliseconds',
      },
    ]);
  });

  const logging = (level: string, includeExecutionData: boolean) => ({
    loggingConfiguration: {
      level,
      includeExecutionData,
      destinations: [
        {
          cloudWatchLogsLogGroup: { logGroupArn: 'arn:aws:logs:us-east-1:111111111111:log-group:/aws/vendedlogs/m:*' },
        },
      ],
    },
  });
  const failing = { ...PASS, States: { P: { Type: 'Pass', Next: 'F' }, F: { Type: 'Fail', Error: 'E' } } };

  it.each([
    {
      level: 'ALL',
      types: ['ExecutionStarted', 'PassStateEntered', 'PassStateExited', 'FailStateEntered', 'ExecutionFailed'],
    },
    { level: 'ERROR', types: ['FailStateEntered', 'ExecutionFailed'] },
    { level: 'FATAL', types: ['ExecutionFailed'] },
    { level: 'OFF', types: [] },
  ])('logs what level $level asks for', async ({ level, types }) => {
    const sandbox = aStepFunctionsWorld();
    await sandbox.ended(await sandbox.start(await sandbox.create(failing, logging(level, true))));
    expect(sandbox.logged.map(({ message }) => (JSON.parse(message) as { type: string }).type)).toEqual(types);
    for (const { group } of sandbox.logged) expect(group).toBe('/aws/vendedlogs/m');
  });

  it('logs data only where asked to', async () => {
    const sandbox = aStepFunctionsWorld();
    const run = async (data: boolean) =>
      sandbox.ended(await sandbox.start(await sandbox.create(PASS, logging('ALL', data)), { secret: 1 }));
    await run(false);
    expect(JSON.stringify(sandbox.logged)).not.toContain('secret');
    const { arn } = await run(true);
    expect(JSON.parse(sandbox.logged.at(-1)?.message as string)).toEqual({
      id: '4',
      type: 'ExecutionSucceeded',
      details: { output: '{"secret":1}', outputDetails: { truncated: false } },
      redrive_count: '0',
      previous_event_id: '3',
      event_timestamp: String(START),
      execution_arn: arn,
    });
  });
});
