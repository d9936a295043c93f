import { Duration } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

export interface UploadRuleProps {
  readonly bucket: Bucket;
  readonly stateMachine: StateMachine;
  /** Takes uploads that could not be handed to the machine in a day. */
  readonly deadLetterQueue: Queue;
}

/** An upload of `releases/<function>/<version>/code.zip` starts a rollout; the machine gets the whole event. */
export class UploadRule extends Construct {
  constructor(scope: Construct, id: string, { bucket, stateMachine, deadLetterQueue }: UploadRuleProps) {
    super(scope, id);
    const rule = new Rule(this, 'Rule', {
      description: 'Starts a Weighbridge rollout for every release that is uploaded',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: Match.wildcard('releases/*/*/code.zip') },
        },
      },
    });
    rule.addTarget(
      new SfnStateMachine(stateMachine, { deadLetterQueue, maxEventAge: Duration.hours(24), retryAttempts: 185 }),
    );
  }
}
