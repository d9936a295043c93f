import { Duration, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { WeighbridgeFunctionPolicy } from '../../infra/function-policy.ts';
import { ReleasedFunction } from '../../infra/released-function.ts';
import { ordersPolicy } from './policy.ts';

const FUNCTION_NAME = 'orders';
const ALARM_NAME = 'orders-production-errors';

/**
 * The example: a function, its release policy, and an alarm on the error rate of its `production` alias. The aliases
 * themselves are made by the first release.
 */
export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: 'An example function that Weighbridge releases', ...props });
    new ReleasedFunction(this, 'Orders', { functionName: FUNCTION_NAME, description: 'Prices orders' });
    this.#alarm();
    new WeighbridgeFunctionPolicy(this, 'Policy', {
      functionName: FUNCTION_NAME,
      policy: ordersPolicy({ alarm: ALARM_NAME }),
    });
  }

  /** More than 2 % of a minute's requests failing, two minutes of three, whichever version served them. */
  #alarm(): void {
    const usingMetrics = { errors: aliasMetric('Errors'), invocations: aliasMetric('Invocations') };
    new Alarm(this, 'ProductionErrors', {
      alarmName: ALARM_NAME,
      alarmDescription: 'More than 2 % of the requests to the production alias of orders fail',
      metric: new MathExpression({
        expression: '100 * errors / invocations',
        label: 'failed requests, per cent',
        period: Duration.minutes(1),
        usingMetrics,
      }),
      threshold: 2,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: 3,
      datapointsToAlarm: 2,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

/** A figure of the alias as a whole. */
function aliasMetric(metricName: 'Errors' | 'Invocations'): Metric {
  const props: MetricProps = {
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { FunctionName: FUNCTION_NAME, Resource: `${FUNCTION_NAME}:production` },
    statistic: 'Sum',
    period: Duration.minutes(1),
  };
  return new Metric(props);
}
