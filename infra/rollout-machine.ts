import { readFileSync } from 'node:fs';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import { fromRoot } from './project-root.ts';
import { functionArns, stateMachineName } from './resource-names.ts';
import type { TaskStep } from './steps.ts';

export interface RolloutMachineProps {
  readonly steps: Readonly<Record<TaskStep, IFunction>>;
  /** Names of the functions whose aliases `RestoreAlias` may set back. */
  readonly functions: readonly string[];
  readonly logRemoval: RemovalPolicy;
}

/** The state machine of `statemachine/rollout.asl.json`, with the ARN of each step's function put in. */
export class RolloutMachine extends Construct {
  readonly stateMachine: StateMachine;

  constructor(scope: Construct, id: string, { steps, functions, logRemoval }: RolloutMachineProps) {
    super(scope, id);
    const role = machineRole(this, Object.values(steps), functions);
    const destination = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: logRemoval,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: stateMachineName(this),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition()),
      definitionSubstitutions: substitutions(steps),
      role,
      logs: { destination, level: LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
  }
}

/** The definition in one line, so that the template holds it and a diff shows what changes in it. */
function definition(): string {
  return JSON.stringify(JSON.parse(readFileSync(fromRoot('statemachine', 'rollout.asl.json'), 'utf8')));
}

/** `${LoadReleaseArn}` and its like. */
function substitutions(steps: Readonly<Record<string, IFunction>>): Record<string, string> {
  return Object.fromEntries(Object.entries(steps).map(([step, { functionArn }]) => [`${step}Arn`, functionArn]));
}

function machineRole(scope: Construct, steps: readonly IFunction[], functions: readonly string[]): Role {
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
    description: 'Weighbridge state machine',
  });
  const allow = (sid: string, action: string, resources: string[]): void =>
    void role.addToPolicy(new PolicyStatement({ sid, actions: [action], resources }));
  allow(
    'RunSteps',
    'lambda:InvokeFunction',
    steps.map(({ functionArn }) => functionArn),
  );
  const managed = [...functionArns(scope, functions), ...functionArns(scope, functions).map((arn) => `${arn}:*`)];
  allow('RestoreAlias', 'lambda:UpdateAlias', managed);
  acknowledgeWildcards(role, managed, 'The aliases of a managed function; the function itself is named.');
  acknowledge(role, {
    'IAM5[Resource::*]': 'Delivering logs (logs:CreateLogDelivery, …) and traces (xray:Put…) takes no resource.',
  });
  return role;
}
