import type { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { acknowledgeWildcards } from './acknowledge.ts';
import { Machine } from './machine.ts';
import { functionArns } from './resource-names.ts';
import type { TaskStep } from './steps.ts';

export interface RolloutMachineProps {
  readonly steps: Readonly<Record<TaskStep, IFunction>>;
  /** Names of the functions whose aliases `RestoreAlias` may set back. */
  readonly functions: readonly string[];
  readonly logRemoval: RemovalPolicy;
}

/** The state machine of `statemachine/rollout.asl.json`, which may set aliases back with no code of ours. */
export class RolloutMachine extends Machine {
  constructor(scope: Construct, { functions, ...props }: RolloutMachineProps) {
    super(scope, 'Rollout', props);
    const managed = [...functionArns(scope, functions), ...functionArns(scope, functions).map((arn) => `${arn}:*`)];
    this.role.addToPolicy(
      new PolicyStatement({ sid: 'RestoreAlias', actions: ['lambda:UpdateAlias'], resources: managed }),
    );
    acknowledgeWildcards(this.role, managed, 'The aliases of a managed function; the function itself is named.');
  }
}
