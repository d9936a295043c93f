import { Duration } from 'aws-cdk-lib';
import { Match, Rule } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';

const RELEASES = 'releases/*/*/code.zip';

export interface UploadRuleProps {
  readonly bucket: Bucket;
  readonly stateMachine: StateMachine;
  /** Keys of the objects that start it, with `*` for what differs. Default: those of releases. */
  readonly keys?: string;
  /** Takes uploads that could not be handed to the machine in a day. */
  readonly deadLetterQueue: Queue;
}

/** An upload, by default of `releases/<function>/<version>/code.zip`, starts the machine, which gets the whole event. */
export class UploadRule extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { bucket, stateMachine, deadLetterQueue, keys = RELEASES }: UploadRuleProps,
  ) {
    super(scope, id);
    const rule = new Rule(this, 'Rule', {
      description: `Starts Weighbridge for every ${keys} that is uploaded`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: {
          bucket: { name: [bucket.bucketName] },
          object: { key: Match.wildcard(keys) },
        },
      },
    });
    rule.addTarget(
      new SfnStateMachine(stateMachine, { deadLetterQueue, maxEventAge: Duration.hours(24), retryAttempts: 185 }),
    );
  }
}
