import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { stateMachineArn } from './resource-names.ts';

export interface ReconciliationProps {
  readonly reconcile: IFunction;
  readonly deadLetterQueue: Queue;
}

/**
 * Calls `Reconcile` when an execution dies in a way that runs no Catch (stopped, timed out, history full), and every
 * five minutes in case that event is lost.
 */
export class Reconciliation extends Construct {
  constructor(scope: Construct, id: string, { reconcile, deadLetterQueue }: ReconciliationProps) {
    super(scope, id);
    const onStatus = new Rule(this, 'ExecutionEnded', {
      description: 'Tells Weighbridge of executions that ended without running to their last state',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [stateMachineArn(this)], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      },
    });
    const onSchedule = new Rule(this, 'Schedule', {
      description: 'Looks for rollouts whose execution has died unnoticed',
      schedule: Schedule.rate(Duration.minutes(5)),
    });
    for (const rule of [onStatus, onSchedule]) rule.addTarget(new LambdaFunction(reconcile, { deadLetterQueue }));
  }
}
