import type { AssumeRoleRequest, AssumeRoleResponse, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation, type Service } from '../core/service.ts';
import type { World } from '../core/world.ts';

/** Creates the security token service. Identities come from the world's authorizer. */
export function createSts(world: World): { service: Service } {
  return {
    service: {
      id: 'STS',
      sdk: () => import('@aws-sdk/client-sts'),
      operations: { GetCallerIdentity: getCallerIdentity(world), AssumeRole: assumeRole() },
    },
  };
}

/** No permission is needed, and none can be denied. */
function getCallerIdentity(world: World): Operation {
  return operation<object, GetCallerIdentityResponse>({
    needs: () => [],
    handle: (_, { principal }) => {
      const { arn, userId } = world.authorizer.describe(principal);
      return { Account: world.accountId, Arn: arn, UserId: userId };
    },
  });
}

/** Seconds that a session may last. Source: STS API reference, AssumeRole. */
const SHORTEST_SESSION = 900;
const DEFAULT_SESSION = 3600;

function assumeRole(): Operation {
  return operation<AssumeRoleRequest, AssumeRoleResponse>({
    needs: () => [],
    handle: (input, { world, principal }) => {
      const { roleArn, sessionName, seconds } = checkInput(input);
      const role = world.authorizer.assumeRole(roleArn, sessionName, principal);
      const { arn, userId } = world.authorizer.describe(role);
      const { accessKeyId, secretAccessKey, sessionToken } = world.authorizer.credentialsFor(roleArn, sessionName);
      return {
        AssumedRoleUser: { Arn: arn, AssumedRoleId: userId },
        Credentials: {
          AccessKeyId: accessKeyId,
          SecretAccessKey: secretAccessKey,
          SessionToken: sessionToken,
          Expiration: new Date(world.clock.now() + seconds * 1000),
        },
      };
    },
    differs: 'credentials do not expire; session policies and session tags are refused',
  });
}

function checkInput(input: AssumeRoleRequest): { roleArn: string; sessionName: string; seconds: number } {
  const roleArn = required(input.RoleArn, 'roleArn');
  const sessionName = required(input.RoleSessionName, 'roleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
    throw invalid(
      `1 validation error detected: Value '${sessionName}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
    );
  const seconds = input.DurationSeconds ?? DEFAULT_SESSION;
  if (seconds < SHORTEST_SESSION)
    throw invalid(
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    );
  refuseUnsupported(input);
  return { roleArn, sessionName, seconds };
}

function refuseUnsupported(input: AssumeRoleRequest): void {
  const members = ['Policy', 'PolicyArns', 'Tags', 'TransitiveTagKeys', 'SerialNumber'] as const;
  const member = members.find((name) => input[name] !== undefined);
  if (member) throw invalid(`the sandbox does not support the member ${member} of STS.AssumeRole`);
}

function required(value: string | undefined, member: string): string {
  if (value !== undefined) return value;
  throw invalid(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message, { status: 400 });
}
