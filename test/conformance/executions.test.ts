import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  type DescribeExecutionOutput,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, type Target } from './support/target.ts';
import { until } from './support/until.ts';

const TIME_LIMIT_MS = 300_000;

/** What the pipeline's definition relies on, each in a machine of its own. */
const MACHINES = [
  {
    name: 'carries on variables and arguments in JSONata',
    input: { a: 2, b: 3 },
    states: {
      First: { Type: 'Pass', Assign: { sum: '{% $states.input.a + $states.input.b %}' }, Next: 'Second' },
      Second: { Type: 'Pass', Output: { sum: '{% $sum %}', doubled: '{% $sum * 2 %}' }, End: true },
    },
    output: { sum: 5, doubled: 10 },
  },
  {
    name: 'chooses by condition and keeps what the choice assigned',
    input: { n: 7 },
    states: {
      First: {
        Type: 'Choice',
        Choices: [{ Condition: '{% $states.input.n > 5 %}', Assign: { size: 'large' }, Next: 'Last' }],
        Default: 'Small',
      },
      Small: { Type: 'Fail', Error: 'Small' },
      Last: { Type: 'Succeed', Output: '{% $size %}' },
    },
    output: 'large',
  },
  {
    name: 'maps over items in order',
    input: [3, 1, 2],
    states: {
      First: {
        Type: 'Map',
        ItemSelector: '{% $states.context.Map.Item.Value * 10 %}',
        ItemProcessor: { StartAt: 'One', States: { One: { Type: 'Pass', End: true } } },
        End: true,
      },
    },
    output: [30, 10, 20],
  },
  {
    name: 'catches what a branch fails with, and goes on',
    input: {},
    states: {
      First: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Good', States: { Good: { Type: 'Pass', End: true } } },
          { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'Broken', Cause: 'on purpose' } } },
        ],
        Catch: [{ ErrorEquals: ['Broken'], Assign: { cause: '{% $states.errorOutput.Cause %}' }, Next: 'Last' }],
        End: true,
      },
      Last: { Type: 'Pass', Output: '{% $cause %}', End: true },
    },
    output: 'on purpose',
  },
] as const;

describe('Step Functions executions', { timeout: TIME_LIMIT_MS }, () => {
  let target: Target;
  let sfn: SFNClient;
  beforeAll(async () => {
    target = await openTarget();
    sfn = new SFNClient(target.clientConfig);
  }, TIME_LIMIT_MS);
  afterAll(() => target.close(), TIME_LIMIT_MS);

  async function machine(states: object): Promise<string> {
    const name = target.nameOf('machine');
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'First', States: states });
    const { stateMachineArn = '' } = await sfn.send(
      new CreateStateMachineCommand({ name, definition, roleArn: target.roleArn }),
    );
    target.afterwards(`state machine ${name}`, () => sfn.send(new DeleteStateMachineCommand({ stateMachineArn })));
    return stateMachineArn;
  }

  async function ended(executionArn: string): Promise<DescribeExecutionOutput> {
    const ask = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
    return until(target, ask, ({ status }) => status !== 'RUNNING');
  }

  it.each(MACHINES)('$name', async ({ states, input, output }) => {
    const stateMachineArn = await machine(states);
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    const end = await ended(executionArn);
    expect(end.status).toBe('SUCCEEDED');
    expect(JSON.parse(end.output ?? 'null')).toEqual(output);
  });

  it('fail with the error that an expression ends in', async () => {
    const stateMachineArn = await machine({ First: { Type: 'Pass', Output: '{% $nothing %}', End: true } });
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it('are the same one for the same name and input while it runs, and refused for another input', async () => {
    const stateMachineArn = await machine({ First: { Type: 'Wait', Seconds: 3600, End: true } });
    const start = (input: string) => sfn.send(new StartExecutionCommand({ stateMachineArn, name: 'same', input }));
    const executionArn = await target.atOnce(async () => {
      const [first, again] = [await start('{"n":1}'), await start('{"n":1}')];
      expect(again.executionArn).toBe(first.executionArn);
      await expect(start('{"n":2}')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
      await sfn.send(new StopExecutionCommand({ executionArn: first.executionArn, error: 'Stopped', cause: 'enough' }));
      return first.executionArn ?? '';
    });
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Stopped', cause: 'enough' });
  });

  it('write their history down in order', async () => {
    const stateMachineArn = await machine({
      First: { Type: 'Wait', Seconds: 1, Next: 'Last' },
      Last: { Type: 'Succeed' },
    });
    const { executionArn = '' } = await sfn.send(new StartExecutionCommand({ stateMachineArn }));
    await ended(executionArn);
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events.map(({ id, previousEventId, type }) => [id, previousEventId, type])).toEqual([
      [1, 0, 'ExecutionStarted'],
      [2, 0, 'WaitStateEntered'],
      [3, 2, 'WaitStateExited'],
      [4, 3, 'SucceedStateEntered'],
      [5, 4, 'SucceedStateExited'],
      [6, 5, 'ExecutionSucceeded'],
    ]);
    const newest = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1, reverseOrder: true }));
    expect(newest.events?.map(({ id }) => id)).toEqual([6]);
    expect(newest.nextToken).toBeDefined();
  });

  it('are not made by a definition that is none', async () => {
    const broken = machine({ First: { Type: 'Pass', Next: 'Nowhere' } });
    await expect(broken).rejects.toMatchObject({ name: 'InvalidDefinition' });
  });
});
