import type { VpcConfig } from '@aws-sdk/client-lambda';
import { Constraints, wholly } from './constraints.ts';
import { invalidParameter } from './errors.ts';

/**
 * There is no network in the sandbox, so that whatever subnet or security group a function names does not exist.
 * @throws {AwsError} as Lambda answers for ids that EC2 does not know: leave `VpcConfig` out, or empty.
 */
export function checkNetwork({ SubnetIds = [], SecurityGroupIds = [] }: VpcConfig = {}): void {
  const constraints = new Constraints();
  checkIds(constraints, 'vpcConfig.subnetIds', SubnetIds, 'subnet-[0-9a-z]*');
  checkIds(constraints, 'vpcConfig.securityGroupIds', SecurityGroupIds, 'sg-[0-9a-zA-Z]*');
  constraints.throwIfAny();
  const [subnet] = SubnetIds;
  const [group] = SecurityGroupIds;
  if (subnet)
    throw unknownTo('DescribeSubnets', 'InvalidSubnetID.NotFound', `The subnet ID '${subnet}' does not exist`);
  if (group)
    throw unknownTo('DescribeSecurityGroups', 'InvalidGroup.NotFound', `The security group '${group}' does not exist`);
}

function checkIds(constraints: Constraints, member: string, ids: readonly string[], pattern: string): void {
  const holds = ids.every((id) => id.length <= 1024 && wholly(pattern).test(id));
  const each =
    'Member must have length less than or equal to 1024, Member must have length greater than or equal to 0, ' +
    `Member must satisfy regular expression pattern: ${pattern}`;
  constraints.check(holds, member, `[${ids.join(', ')}]`, `Member must satisfy constraint: [${each}]`);
}

function unknownTo(call: string, code: string, message: string): Error {
  return invalidParameter(`Error occurred while ${call}. EC2 Error Code: ${code}. EC2 Error Message: ${message}`);
}
