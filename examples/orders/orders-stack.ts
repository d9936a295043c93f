import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, MathExpression, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricProps } from 'aws-cdk-lib/aws-cloudwatch';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { acknowledge } from '../../infra/acknowledge.ts';
import { WeighbridgeFunctionPolicy } from '../../infra/function-policy.ts';
import { ordersPolicy } from './policy.ts';

const FUNCTION_NAME = 'orders';
const ALARM_NAME = 'orders-production-errors';

/** Answers until the first release: the pipeline owns the function's code from then on. */
const PLACEHOLDER = `exports.handler = async () => ({
  statusCode: 503,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: 'version 0.0.0: nothing has been released yet' }),
});
`;

/**
 * The example: a function, its release policy, and an alarm on the error rate of its `production` alias. The aliases
 * themselves are made by the first release.
 */
export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props: StackProps = {}) {
    super(scope, id, { description: 'An example function that Weighbridge releases', ...props });
    this.#function();
    this.#alarm();
    new WeighbridgeFunctionPolicy(this, 'Policy', {
      functionName: FUNCTION_NAME,
      policy: ordersPolicy({ alarm: ALARM_NAME }),
    });
  }

  #function(): void {
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    acknowledge(role, {
      'IAM5[Resource::*]': 'xray:PutTraceSegments and xray:PutTelemetryRecords take no resource.',
    });
    new LambdaFunction(this, 'Orders', {
      functionName: FUNCTION_NAME,
      description: 'Prices orders',
      code: Code.fromInline(PLACEHOLDER),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      timeout: Duration.seconds(10),
      memorySize: 256,
      tracing: Tracing.ACTIVE,
      role,
      logGroup,
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
