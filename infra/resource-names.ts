import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { MachineId } from './steps.ts';

/** Where policies are stored in Parameter Store: one parameter per function below it. */
export const POLICY_PREFIX = '/weighbridge';

/** ARNs of what the stack names itself, or manages without owning. Each takes any construct of the stack. */

/** Machines have fixed names, so that steps can be allowed to answer them without a circular reference. */
export function machineName(scope: Construct, id: MachineId): string {
  return `${Stack.of(scope).stackName}-${id}`;
}

export function stateMachineArn(scope: Construct, id: MachineId = 'Rollout'): string {
  const format = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: machineName(scope, id),
    arnFormat: format,
  });
}

/** The function that fire drills release. */
export function drillFunctionName(scope: Construct): string {
  return `${Stack.of(scope).stackName}-Drill`;
}

/** ARNs of a machine's executions, without their names. */
export function executionPrefix(scope: Construct, id: MachineId): string {
  const resourceName = machineName(scope, id);
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(scope).formatArn({ service: 'states', resource: 'execution', resourceName, arnFormat });
}

/** All executions of a machine. */
export function executionArns(scope: Construct, id: MachineId = 'Rollout'): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machineName(scope, id)}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

/** The functions themselves, unqualified. */
export function functionArns(scope: Construct, names: readonly string[]): string[] {
  return names.map((name) => functionArn(scope, name));
}

/** Every version and alias of the functions, and never the functions themselves. */
export function qualifiedArns(scope: Construct, names: readonly string[]): string[] {
  return names.map((name) => functionArn(scope, `${name}:*`));
}

/** All event source mappings: their ids say nothing of the function. */
export function mappingArns(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'event-source-mapping',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

export function parameterArns(scope: Construct, prefix: string): string {
  return Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: `${prefix.slice(1)}/*` });
}

/** All secrets of the account in the Region: which ones a policy refers to is known only when it is read. */
export function secretArns(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function functionArn(scope: Construct, name: string): string {
  return Stack.of(scope).formatArn({
    service: 'lambda',
    resource: 'function',
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}
