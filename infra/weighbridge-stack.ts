import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { ArtifactBucket } from './artifact-bucket.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';
import { grantsOf } from './grants.ts';
import type { Granted } from './statements.ts';
import { Ledger } from './ledger.ts';
import { Notifications } from './notifications.ts';
import { Reconciliation } from './reconciliation.ts';
import { stateMachineArn } from './resource-names.ts';
import { RolloutMachine } from './rollout-machine.ts';
import { StepFunction } from './step-function.ts';
import { TASK_STEPS } from './steps.ts';
import type { Step, TaskStep } from './steps.ts';
import { UploadRule } from './upload-rule.ts';

/** Where policies are stored in Parameter Store: one parameter per function below it. */
export const POLICY_PREFIX = '/weighbridge';

export interface WeighbridgeStackProps extends StackProps {
  /** Names of the functions that may be released; roles name them. */
  readonly functions: readonly string[];
  /** Names of functions that policies name as verification hooks. Default: none. */
  readonly hooks?: readonly string[];
  /** Code of every step in place of its bundle, for tests that run the steps from their sources. */
  readonly code?: Code;
  /** What happens to bucket, tables and logs when the stack is deleted. Default: they are kept. */
  readonly removalPolicy?: RemovalPolicy;
}

/** The release pipeline: an upload to its bucket runs the state machine. */
export class WeighbridgeStack extends Stack {
  readonly #granted: Granted;
  readonly #removalPolicy: RemovalPolicy;
  readonly #code: Code | undefined;

  constructor(scope: Construct, id: string, props: WeighbridgeStackProps) {
    super(scope, id, { description: 'Weighbridge: releases Lambda functions with measured traffic shifts', ...props });
    this.#removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.#code = props.code;
    this.#granted = this.#resources(props);
    const steps = Object.fromEntries(TASK_STEPS.map((step) => [step, this.#step(step)])) as Record<TaskStep, IFunction>;
    const { stateMachine } = new RolloutMachine(this, 'Rollout', {
      steps,
      functions: props.functions,
      logRemoval: this.#removalPolicy,
    });
    const queue = deadLetterQueue(this, 'Undelivered');
    new UploadRule(this, 'Upload', { bucket: this.#granted.bucket, stateMachine, deadLetterQueue: queue });
    new Reconciliation(this, 'Reconciliation', { reconcile: this.#step('Reconcile'), deadLetterQueue: queue });
    this.#outputs(queue.queueUrl);
  }

  #resources({ functions, hooks = [] }: WeighbridgeStackProps): Granted {
    const removalPolicy = this.#removalPolicy;
    const { bucket } = new ArtifactBucket(this, 'Artifacts', { removalPolicy });
    const { ledger, idempotency } = new Ledger(this, 'Ledger', { removalPolicy });
    const { topic, slackSecret } = new Notifications(this, 'Notifications', { removalPolicy });
    const policyPrefix = POLICY_PREFIX;
    return { scope: this, bucket, ledger, idempotency, topic, slackSecret, policyPrefix, functions, hooks };
  }

  #step(step: Step): IFunction {
    return new StepFunction(this, step, {
      environment: this.#environment(),
      grants: grantsOf(step, this.#granted),
      logRemoval: this.#removalPolicy,
      ...(this.#code && { code: this.#code }),
    }).function;
  }

  /** What every step is told. */
  #environment(): Record<string, string> {
    const { ledger, idempotency, bucket, topic, slackSecret } = this.#granted;
    return {
      LEDGER_TABLE: ledger.tableName,
      IDEMPOTENCY_TABLE: idempotency.tableName,
      POLICY_PREFIX,
      ARTIFACT_BUCKET: bucket.bucketName,
      TOPIC_ARN: topic.topicArn,
      SLACK_SECRET_ARN: slackSecret.secretArn,
      POWERTOOLS_SERVICE_NAME: 'weighbridge',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    };
  }

  #outputs(deadLetterQueueUrl: string): void {
    const { bucket, ledger, topic, slackSecret } = this.#granted;
    const values = {
      ArtifactBucketName: bucket.bucketName,
      StateMachineArn: stateMachineArn(this),
      LedgerTableName: ledger.tableName,
      TopicArn: topic.topicArn,
      PolicyPrefix: POLICY_PREFIX,
      SlackSecretArn: slackSecret.secretArn,
      UndeliveredQueueUrl: deadLetterQueueUrl,
    };
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
