import { Rule, RuleTargetInput, EventField } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface OutsideChangesProps {
  readonly record: IFunction;
  /** ARNs of the pipeline's own roles that change aliases: what they do is no news. */
  readonly movers: readonly string[];
  /** Those that change a function's code and configuration. */
  readonly publishers: readonly string[];
  /** Those that put a release in place: their calls show whether a trail delivers anything at all. */
  readonly promoters: readonly string[];
  readonly deadLetterQueue: Queue;
}

/** CloudTrail's names of the calls that change an alias. */
const ALIAS_CHANGES = ['CreateAlias20150331', 'UpdateAlias20150331', 'DeleteAlias20150331'];
/** And of those that change `$LATEST`. */
const CODE_CHANGES = ['UpdateFunctionCode20150331v2', 'UpdateFunctionConfiguration20150331v2'];

/**
 * Calls `RecordAliasChange` when somebody else than the pipeline changed an alias, or the code or configuration of a
 * function. CloudTrail sends management events to EventBridge only where a trail logs them; that it does is known from the
 * pipeline's own promotions, which it reports like everybody's calls. Users and the root user have no session issuer, hence
 * `exists`.
 * Source: EventBridge user guide, "AWS service events delivered via CloudTrail".
 */
export class OutsideChanges extends Construct {
  constructor(scope: Construct, id: string, props: OutsideChangesProps) {
    super(scope, id);
    const { record, deadLetterQueue } = props;
    const [aliases, code, own] = [
      this.#rule('AliasChanged', ALIAS_CHANGES, others(props.movers), 'aliases that somebody else changed'),
      this.#rule('CodeChanged', CODE_CHANGES, others(props.publishers), 'functions that somebody else changed'),
      this.#rule('TrailSeen', ALIAS_CHANGES, [...props.promoters], 'its own promotions: a trail delivers'),
    ];
    for (const rule of [aliases, code]) rule.addTarget(new LambdaFunction(record, { deadLetterQueue }));
    const event = RuleTargetInput.fromObject({ seen: { at: EventField.fromPath('$.detail.eventTime') } });
    own.addTarget(new LambdaFunction(record, { deadLetterQueue, event }));
  }

  #rule(id: string, eventName: string[], arn: readonly (string | object)[], what: string): Rule {
    return new Rule(this, id, {
      description: `Tells Weighbridge of ${what}`,
      eventPattern: {
        source: ['aws.lambda'],
        detailType: ['AWS API Call via CloudTrail'],
        detail: {
          eventSource: ['lambda.amazonaws.com'],
          eventName,
          errorCode: [{ exists: false }],
          userIdentity: { sessionContext: { sessionIssuer: { arn } } },
        },
      },
    });
  }
}

function others(own: readonly string[]): object[] {
  return [{ exists: false }, { 'anything-but': [...own] }];
}
