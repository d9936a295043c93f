import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** ARNs of what the stack names itself, or manages without owning. Each takes any construct of the stack. */

/** The machine has a fixed name, so that steps can be allowed to answer it without a circular reference. */
export function stateMachineName(scope: Construct): string {
  return `${Stack.of(scope).stackName}-Rollout`;
}

export function stateMachineArn(scope: Construct): string {
  const format = ArnFormat.COLON_RESOURCE_NAME;
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: stateMachineName(scope),
    arnFormat: format,
  });
}

/** All executions of the machine. */
export function executionArns(scope: Construct): string {
  return Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${stateMachineName(scope)}:*`,
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
