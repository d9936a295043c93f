import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { aMonitoredWorld, type MonitoredWorld } from '../cloudwatch/a-monitored-world.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:events';
const RELEASER = { kind: 'role', roleName: 'releaser', sessionName: 'shift' } as const;

async function watched(): Promise<MonitoredWorld> {
  const world = await aMonitoredWorld();
  const EventPattern = JSON.stringify({
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: { eventSource: ['lambda.amazonaws.com', 'states.amazonaws.com'] },
  });
  await world.clients.events.send(new PutRuleCommand({ Name: 'changes', EventPattern }));
  await world.clients.events.send(new PutTargetsCommand({ Rule: 'changes', Targets: [{ Id: 't', Arn: QUEUE }] }));
  return world;
}

const events = (world: MonitoredWorld): readonly Record<string, unknown>[] =>
  world.calls
    .filter(({ service }) => service === 'SQS')
    .map(({ input }) => JSON.parse(input['MessageBody'] as string) as Record<string, unknown>);

describe('CloudTrail events', () => {
  it('tell of mutating calls under their CloudTrail names', async () => {
    const { world, ...rest } = await watched();
    const input = {
      FunctionName: 'orders',
      Name: 'live',
      FunctionVersion: '2',
      RoutingConfig: { AdditionalVersionWeights: { 3: 0.1 } },
    };
    await world.call('Lambda', 'UpdateAlias', input, RELEASER);
    await rest.pass(1);
    expect(events({ world, ...rest })).toMatchObject([
      {
        source: 'aws.lambda',
        'detail-type': 'AWS API Call via CloudTrail',
        detail: {
          eventSource: 'lambda.amazonaws.com',
          eventName: 'UpdateAlias20150331',
          readOnly: false,
          awsRegion: 'us-east-1',
          requestParameters: {
            functionName: 'orders',
            name: 'live',
            functionVersion: '2',
            routingConfig: { additionalVersionWeights: { 3: 0.1 } },
          },
          userIdentity: {
            type: 'AssumedRole',
            arn: 'arn:aws:sts::123456789012:assumed-role/releaser/shift',
            sessionContext: { sessionIssuer: { userName: 'releaser' } },
          },
        },
      },
    ]);
  });

  it('carry the code of a failed call, and hide inputs', async () => {
    const { world, ...rest } = await watched();
    rest.answers.push(new AwsError('ExecutionLimitExceeded', 'too many'));
    const input = {
      stateMachineArn: 'arn:aws:states:us-east-1:123456789012:stateMachine:release',
      input: '{"secret":1}',
    };
    await expect(world.call('SFN', 'StartExecution', input, RELEASER)).rejects.toThrow();
    await rest.pass(1);
    expect(events({ world, ...rest })[0]).toMatchObject({
      detail: {
        eventName: 'StartExecution',
        errorCode: 'ExecutionLimitExceeded',
        requestParameters: { input: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      },
    });
  });

  it('are silent about reads and invocations', async () => {
    const { world, ...rest } = await watched();
    await world.call('Lambda', 'GetAlias', {}, RELEASER);
    await world.call('Lambda', 'Invoke', {}, RELEASER);
    await world.call('SFN', 'DescribeExecution', {}, RELEASER);
    await rest.pass(1);
    expect(events({ world, ...rest })).toEqual([]);
  });
});
