import { readFileSync } from 'node:fs';
import type { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine, StateMachineType } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { fromRoot } from './project-root.ts';
import { machineName } from './resource-names.ts';
import { DEFINITIONS } from './steps.ts';
import type { MachineId } from './steps.ts';

export interface MachineProps {
  /** The function of each Task state that runs code of ours, by the state's name. */
  readonly steps: Readonly<Record<string, IFunction>>;
  /** What else the definition refers to, by name: `RolloutMachineArn` for `${RolloutMachineArn}`. */
  readonly references?: Readonly<Record<string, string>>;
  readonly logRemoval: RemovalPolicy;
}

/**
 * A Standard state machine from its file in `statemachine/`, with the ARN of each step's function put in: logged whole,
 * traced, and with a role that may run its steps. The construct's id is the machine's.
 */
export class Machine extends Construct {
  readonly stateMachine: StateMachine;
  readonly role: Role;

  constructor(scope: Construct, id: MachineId, { steps, references = {}, logRemoval }: MachineProps) {
    super(scope, id);
    this.role = machineRole(this, id, Object.values(steps));
    const destination = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: logRemoval,
    });
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      stateMachineName: machineName(this, id),
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(definition(DEFINITIONS[id])),
      definitionSubstitutions: { ...substitutions(steps), ...references },
      role: this.role,
      logs: { destination, level: LogLevel.ALL, includeExecutionData: true },
      tracingEnabled: true,
    });
  }
}

/** The definition in one line, so that the template holds it and a diff shows what changes in it. */
function definition(file: string): string {
  return JSON.stringify(JSON.parse(readFileSync(fromRoot('statemachine', file), 'utf8')));
}

/** `${LoadReleaseArn}` and its like. */
function substitutions(steps: Readonly<Record<string, IFunction>>): Record<string, string> {
  return Object.fromEntries(Object.entries(steps).map(([step, { functionArn }]) => [`${step}Arn`, functionArn]));
}

function machineRole(scope: Construct, id: MachineId, steps: readonly IFunction[]): Role {
  const role = new Role(scope, 'Role', {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
    description: `Weighbridge state machine ${id}`,
  });
  const resources = steps.map(({ functionArn }) => functionArn);
  role.addToPolicy(new PolicyStatement({ sid: 'RunSteps', actions: ['lambda:InvokeFunction'], resources }));
  acknowledge(role, {
    'IAM5[Resource::*]': 'Delivering logs (logs:CreateLogDelivery, …) and traces (xray:Put…) takes no resource.',
  });
  return role;
}
