import { AwsError } from '../../core/aws-error.ts';
import type { Principal } from '../../core/service.ts';
import type { World } from '../../core/world.ts';

const LAMBDA: Principal = { kind: 'service', service: 'lambda.amazonaws.com' };

/** Takes on a function's role for Lambda. @throws {AwsError} AccessDeniedException when its trust policy forbids that. */
export function assumeFunctionRole(world: World, role: string, functionName: string): Principal {
  try {
    return world.authorizer.assumeRole(role, functionName, LAMBDA);
  } catch (cause) {
    if (!(cause instanceof AwsError)) throw cause;
    const message = 'The role defined for the function cannot be assumed by Lambda.';
    throw new AwsError('AccessDeniedException', message, { status: 403, extra: { Type: 'User' } });
  }
}
