import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface OutsideChangesProps {
  readonly record: IFunction;
  /** ARNs of the pipeline's own roles that change aliases: what they do is no news. */
  readonly own: readonly string[];
  readonly deadLetterQueue: Queue;
}

/** CloudTrail's names of the calls that change an alias. */
const CHANGES = ['CreateAlias20150331', 'UpdateAlias20150331', 'DeleteAlias20150331'];

/**
 * Calls `RecordAliasChange` when somebody else than the pipeline changed an alias. CloudTrail sends management events to
 * EventBridge only where a trail logs them. Users and the root user have no session issuer, hence `exists`.
 * Source: EventBridge user guide, "AWS service events delivered via CloudTrail".
 */
export class OutsideChanges extends Construct {
  constructor(scope: Construct, id: string, { record, own, deadLetterQueue }: OutsideChangesProps) {
    super(scope, id);
    const sessionIssuer = { arn: [{ exists: false }, { 'anything-but': [...own] }] };
    const rule = new Rule(this, 'AliasChanged', {
      description: 'Tells Weighbridge of aliases that somebody else changed',
      eventPattern: {
        source: ['aws.lambda'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['lambda.amazonaws.com'],
          eventName: CHANGES,
          errorCode: [{ exists: false }],
          userIdentity: { sessionContext: { sessionIssuer } },
        },
      },
    });
    rule.addTarget(new LambdaFunction(record, { deadLetterQueue }));
  }
}
