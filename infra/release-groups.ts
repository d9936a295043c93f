import { Duration } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Role } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Stack } from 'aws-cdk-lib';
import { acknowledgeWildcards } from './acknowledge.ts';
import { Machine } from './machine.ts';
import { executionArns, executionPrefix, stateMachineArn } from './resource-names.ts';
import type { GroupStep } from './steps.ts';
import { UploadRule } from './upload-rule.ts';

export interface ReleaseGroupsProps {
  readonly bucket: Bucket;
  readonly steps: Readonly<Record<GroupStep, IFunction>>;
  readonly reconcile: IFunction;
  readonly logRemoval: RemovalPolicy;
  readonly deadLetterQueue: Queue;
}

/** The machine that releases several functions as one, what starts it, and what takes a group back whose execution died. */
export class ReleaseGroups extends Construct {
  constructor(scope: Construct, id: string, props: ReleaseGroupsProps) {
    super(scope, id);
    const { bucket, steps, reconcile, logRemoval, deadLetterQueue } = props;
    const references = {
      RolloutMachineArn: stateMachineArn(scope),
      RolloutExecutions: executionPrefix(scope, 'Rollout'),
    };
    const { stateMachine, role } = new Machine(scope, 'Group', { steps, references, logRemoval });
    allowChildren(role);
    new UploadRule(this, 'Upload', { bucket, stateMachine, deadLetterQueue, keys: 'groups/*/*/group.json' });
    const rules = [
      new Rule(this, 'ExecutionEnded', {
        description: 'Tells Weighbridge of release groups whose execution ended without closing them',
        eventPattern: {
          source: ['aws.states'],
          detailType: ['Step Functions Execution Status Change'],
          detail: {
            stateMachineArn: [stateMachineArn(scope, 'Group')],
            status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          },
        },
      }),
      new Rule(this, 'Schedule', {
        description: 'Looks for release groups whose execution has died unnoticed',
        schedule: Schedule.rate(Duration.minutes(5)),
      }),
    ];
    for (const rule of rules) rule.addTarget(new LambdaFunction(reconcile, { deadLetterQueue }));
  }
}

/**
 * What `startExecution.sync` needs: starting, following and stopping executions of the rollout machine, and the one rule by
 * which Step Functions is told of their end. Source: Step Functions guide, "IAM policies for calling nested workflows".
 */
function allowChildren(role: Role): void {
  const allow = (sid: string, actions: string[], resources: string[]): void =>
    void role.addToPolicy(new PolicyStatement({ sid, actions, resources }));
  const executions = [executionArns(role, 'Rollout')];
  allow('StartRollouts', ['states:StartExecution'], [stateMachineArn(role)]);
  allow('FollowRollouts', ['states:DescribeExecution'], executions);
  allow('StopRollouts', ['states:StopExecution'], executions);
  const resourceName = 'StepFunctionsGetEventsForStepFunctionsExecutionRule';
  const rule = Stack.of(role).formatArn({ service: 'events', resource: 'rule', resourceName });
  allow('HearOfTheirEnd', ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'], [rule]);
  acknowledgeWildcards(
    role,
    executions,
    'Executions of the rollout machine, which is named; their names are made for each.',
  );
}
