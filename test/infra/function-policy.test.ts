import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { InvalidReleaseError } from '../../domain/errors.ts';
import { WeighbridgeFunctionPolicy } from '../../infra/function-policy.ts';
import { anApp } from './synthesised.ts';

const strategy = { type: 'canary', percent: 10, minutes: 5 } as const;

describe('WeighbridgeFunctionPolicy', () => {
  it('writes the policy where the pipeline reads it', () => {
    const stack = new Stack(anApp(), 'Stack');
    const policy = { environments: [{ name: 'production', strategy }] };
    new WeighbridgeFunctionPolicy(stack, 'Policy', { functionName: 'billing', policy });
    Template.fromStack(stack).hasResourceProperties('AWS::SSM::Parameter', {
      Name: '/weighbridge/billing',
      Type: 'String',
      Value: JSON.stringify(policy, null, 2),
    });
  });

  it('takes references to alarms and topics', () => {
    const stack = new Stack(anApp(), 'Stack');
    const topic = new Topic(stack, 'Topic');
    const metric = new Metric({ namespace: 'AWS/Lambda', metricName: 'Errors' });
    const alarm = new Alarm(stack, 'Alarm', { metric, threshold: 1, evaluationPeriods: 1 });
    const policy = {
      environments: [{ name: 'production', strategy, health: { alarms: [alarm.alarmName] } }],
      notifications: { snsTopicArn: topic.topicArn },
    };
    new WeighbridgeFunctionPolicy(stack, 'Policy', { functionName: 'billing', policy });
    const [parameter] = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
    expect(JSON.stringify(parameter)).toMatch(/"Ref":"Alarm[0-9A-F]+".*"Ref":"Topic[0-9A-F]+"/);
  });

  it('refuses at synthesis what the pipeline would refuse at release', () => {
    const policy = { environments: [{ name: 'production', strategy: { ...strategy, percent: 0 } }] };
    const write = (): unknown =>
      new WeighbridgeFunctionPolicy(new Stack(anApp(), 'Stack'), 'Policy', { functionName: 'billing', policy });
    expect(write).toThrow(InvalidReleaseError);
    expect(write).toThrow(/percent/);
  });
});
