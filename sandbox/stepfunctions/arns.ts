import { AwsError } from '../core/aws-error.ts';
import type { Principal } from '../core/service.ts';
import type { World } from '../core/world.ts';

/** Step Functions itself, as roles trust it. */
export const STEP_FUNCTIONS: Principal = { kind: 'service', service: 'states.amazonaws.com' };

export function machineArn(world: World, name: string): string {
  return `arn:aws:states:${world.region}:${world.accountId}:stateMachine:${name}`;
}

export function executionArn(world: World, machineName: string, name: string): string {
  return `arn:aws:states:${world.region}:${world.accountId}:execution:${machineName}:${name}`;
}

/** White space, brackets, wildcards, special and control characters do not belong in names (StartExecution reference). */
// eslint-disable-next-line no-control-regex -- control characters are what the rule is about
const FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** @throws AwsError InvalidName */
export function assertName(name: string): void {
  if (name.length === 0 || name.length > 80 || FORBIDDEN.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/** @throws AwsError InvalidArn when the text is no ARN of that kind */
export function assertArn(arn: string | undefined, kind: 'stateMachine' | 'execution'): string {
  if (arn === undefined)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value null at '${kind}Arn' failed to satisfy constraint: Member must not be null`,
    );
  const parts = arn.split(':');
  if (parts[0] !== 'arn' || parts[2] !== 'states')
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  if (parts[5] !== kind)
    throw new AwsError('InvalidArn', `Invalid Arn: 'Resource type not valid in this context: ${parts[5]}'`);
  return arn;
}
