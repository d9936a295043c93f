import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Code, IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Schedule } from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { ArtifactBucket } from './artifact-bucket.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';
import { grantsOf } from './grants.ts';
import type { Granted } from './statements.ts';
import { FireDrill } from './fire-drill.ts';
import { Ledger } from './ledger.ts';
import { Notifications } from './notifications.ts';
import { OutsideChanges } from './outside-changes.ts';
import { Reconciliation } from './reconciliation.ts';
import { drillFunctionName, POLICY_PREFIX, stateMachineArn } from './resource-names.ts';
import { ReleaseGroups } from './release-groups.ts';
import { RolloutMachine } from './rollout-machine.ts';
import { StepFunction } from './step-function.ts';
import { DRILL_STEPS, GROUP_STEPS, TASK_STEPS } from './steps.ts';
import type { Step } from './steps.ts';
import { UploadRule } from './upload-rule.ts';

const MOVES = /^lambda:(Create|Update|Delete)Alias$/;
const PUBLISHES = /^lambda:UpdateFunction(Code|Configuration)$/;

export interface WeighbridgeStackProps extends StackProps {
  /** Names of the functions that may be released; roles name them. */
  readonly functions: readonly string[];
  /** Names of functions that policies name as verification hooks. Default: none. */
  readonly hooks?: readonly string[];
  /**
   * The fire drill: a function of its own, whose bad releases have to be rolled back. Default: there is one, which
   * `weighbridge drill` starts; with a schedule it starts by itself too. `false`: none.
   */
  readonly drill?: false | { readonly schedule?: Schedule };
  /** Releasing several functions as one. Default: true. */
  readonly groups?: boolean;
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
  readonly #outputs: Record<string, string> = {};
  /** Roles of the steps that were made so far. */
  readonly #roles: { readonly step: Step; readonly arn: string; readonly actions: readonly string[] }[] = [];

  constructor(scope: Construct, id: string, props: WeighbridgeStackProps) {
    super(scope, id, { description: 'Weighbridge: releases Lambda functions with measured traffic shifts', ...props });
    this.#removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    this.#code = props.code;
    this.#granted = this.#resources(props);
    const { functions } = this.#granted;
    const logRemoval = this.#removalPolicy;
    const { stateMachine } = new RolloutMachine(this, { steps: this.#steps(TASK_STEPS), functions, logRemoval });
    const queue = deadLetterQueue(this, 'Undelivered');
    new UploadRule(this, 'Upload', { bucket: this.#granted.bucket, stateMachine, deadLetterQueue: queue });
    new Reconciliation(this, 'Reconciliation', { reconcile: this.#step('Reconcile'), deadLetterQueue: queue });
    if (props.drill !== false) this.#drill(queue, props.drill?.schedule);
    new OutsideChanges(this, 'OutsideChanges', {
      record: this.#step('RecordAliasChange'),
      movers: [...this.#rolesThat(MOVES), stateMachine.role.roleArn],
      publishers: this.#rolesThat(PUBLISHES),
      promoters: [...this.#rolesOf('Promote'), stateMachine.role.roleArn],
      deadLetterQueue: queue,
    });
    if (props.groups !== false) this.#groups(queue);
    this.#tell(queue.queueUrl);
  }

  #drill(deadLetterQueue: Queue, schedule: Schedule | undefined): void {
    const { drillFunction: functionName } = this.#granted;
    const steps = this.#steps(DRILL_STEPS);
    const logRemoval = this.#removalPolicy;
    new FireDrill(this, 'FireDrill', {
      functionName,
      steps,
      logRemoval,
      deadLetterQueue,
      ...(schedule && { schedule }),
    });
    this.#outputs['DrillMachineArn'] = stateMachineArn(this, 'Drill');
    this.#outputs['DrillFunctionName'] = functionName;
  }

  #groups(deadLetterQueue: Queue): void {
    const { bucket } = this.#granted;
    const [steps, reconcile] = [this.#steps(GROUP_STEPS), this.#step('ReconcileGroups')];
    new ReleaseGroups(this, 'Groups', { bucket, steps, reconcile, logRemoval: this.#removalPolicy, deadLetterQueue });
    this.#outputs['GroupMachineArn'] = stateMachineArn(this, 'Group');
  }

  #resources({ functions: released, hooks = [], drill }: WeighbridgeStackProps): Granted {
    const drillFunction = drillFunctionName(this);
    const functions = drill === false ? released : [...released, drillFunction];
    const removalPolicy = this.#removalPolicy;
    const { bucket } = new ArtifactBucket(this, 'Artifacts', { removalPolicy });
    const { ledger, idempotency } = new Ledger(this, 'Ledger', { removalPolicy });
    const { topic, slackSecret } = new Notifications(this, 'Notifications', { removalPolicy });
    const tables = { ledger, idempotency };
    const policyPrefix = POLICY_PREFIX;
    return { scope: this, bucket, ...tables, topic, slackSecret, policyPrefix, functions, hooks, drillFunction };
  }

  #steps<S extends Step>(steps: readonly S[]): Record<S, IFunction> {
    return Object.fromEntries(steps.map((step) => [step, this.#step(step)])) as Record<S, IFunction>;
  }

  #step(step: Step): IFunction {
    const grants = grantsOf(step, this.#granted);
    const { function: made, role } = new StepFunction(this, step, {
      environment: this.#environment(),
      grants,
      logRemoval: this.#removalPolicy,
      ...(this.#code && { code: this.#code }),
    });
    this.#roles.push({ step, arn: role.roleArn, actions: grants.flatMap(({ actions }) => actions) });
    return made;
  }

  #rolesThat(act: RegExp): string[] {
    return this.#roles.filter(({ actions }) => actions.some((action) => act.test(action))).map(({ arn }) => arn);
  }

  #rolesOf(step: Step): string[] {
    return this.#roles.filter((one) => one.step === step).map(({ arn }) => arn);
  }

  /** What every step is told. */
  #environment(): Record<string, string> {
    const { ledger, idempotency, bucket, topic, slackSecret, drillFunction } = this.#granted;
    return {
      LEDGER_TABLE: ledger.tableName,
      IDEMPOTENCY_TABLE: idempotency.tableName,
      POLICY_PREFIX,
      ARTIFACT_BUCKET: bucket.bucketName,
      TOPIC_ARN: topic.topicArn,
      SLACK_SECRET_ARN: slackSecret.secretArn,
      DRILL_FUNCTION: drillFunction,
      GROUP_MACHINE_ARN: stateMachineArn(this, 'Group'),
      POWERTOOLS_SERVICE_NAME: 'weighbridge',
      POWERTOOLS_LOG_LEVEL: 'INFO',
    };
  }

  #tell(deadLetterQueueUrl: string): void {
    const { bucket, ledger, topic, slackSecret } = this.#granted;
    const values = {
      ArtifactBucketName: bucket.bucketName,
      StateMachineArn: stateMachineArn(this),
      LedgerTableName: ledger.tableName,
      TopicArn: topic.topicArn,
      PolicyPrefix: POLICY_PREFIX,
      SlackSecretArn: slackSecret.secretArn,
      UndeliveredQueueUrl: deadLetterQueueUrl,
      ...this.#outputs,
    };
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}
