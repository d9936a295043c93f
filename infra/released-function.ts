import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface ReleasedFunctionProps {
  readonly functionName: string;
  readonly description?: string;
  /** Default: `index.handler`. */
  readonly handler?: string;
  /** Default: 10 seconds. */
  readonly timeout?: Duration;
  /** In MiB; default 256. */
  readonly memorySize?: number;
}

/** Answers until the first release: the pipeline owns the function's code from then on. */
const PLACEHOLDER = `exports.handler = async () => ({
  statusCode: 503,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ error: 'version 0.0.0: nothing has been released yet' }),
});
`;

/**
 * A function whose code comes from releases, not from the stack: the template holds placeholder code that never changes, so
 * that a later deployment of the stack leaves the released code alone. Its aliases are made by the first release.
 */
export class ReleasedFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: ReleasedFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_WEEK,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.role);
    acknowledge(this.role, {
      'IAM5[Resource::*]': 'xray:PutTraceSegments and xray:PutTelemetryRecords take no resource.',
    });
    this.function = new LambdaFunction(this, 'Function', {
      functionName: props.functionName,
      ...(props.description && { description: props.description }),
      code: Code.fromInline(PLACEHOLDER),
      handler: props.handler ?? 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      timeout: props.timeout ?? Duration.seconds(10),
      memorySize: props.memorySize ?? 256,
      tracing: Tracing.ACTIVE,
      role: this.role,
      logGroup,
    });
  }
}
