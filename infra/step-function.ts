import { Duration } from 'aws-cdk-lib';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import { bundledCode } from './bundle.ts';
import type { Grant } from './statements.ts';
import { sizingOf } from './steps.ts';
import type { Step } from './steps.ts';

export interface StepFunctionProps {
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
  /** Default: the step's bundle. */
  readonly code?: Code;
  /** Whether its log group outlives the stack. */
  readonly logRemoval: RemovalPolicy;
}

/** One step of the pipeline: its Lambda function, its own log group, and a role that may do what the step does. */
export class StepFunction extends Construct {
  readonly function: IFunction;
  readonly role: Role;

  constructor(scope: Construct, step: Step, props: StepFunctionProps) {
    super(scope, step);
    const { timeoutSeconds, memoryMiB } = sizingOf(step);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: props.logRemoval,
    });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Weighbridge ${step}`,
    });
    logGroup.grantWrite(this.role);
    acknowledge(this.role, {
      'IAM5[Resource::*]': 'xray:PutTraceSegments and xray:PutTelemetryRecords take no resource.',
    });
    for (const grant of props.grants) this.allow(grant);
    this.function = new NodejsFunction(this, 'Function', {
      code: props.code ?? bundledCode(step),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      description: `Weighbridge ${step}`,
      timeout: Duration.seconds(timeoutSeconds),
      memorySize: memoryMiB,
      role: this.role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: { ...props.environment, NODE_OPTIONS: '--enable-source-maps' },
    });
  }

  private allow({ sid, actions, resources, why, conditions }: Grant): void {
    this.role.addToPolicy(
      new PolicyStatement({ sid, actions: [...actions], resources: [...resources], ...(conditions && { conditions }) }),
    );
    if (why) acknowledgeWildcards(this.role, resources, why);
  }
}
