import type { Policy } from '@aws-sdk/client-iam';
import { AwsError } from '../core/aws-error.ts';
import type { Need } from '../core/service.ts';
import { AWS_MANAGED_POLICIES, awsManagedPolicy, isAwsManaged } from './aws-managed-policies.ts';
import { noSuchEntity, required } from './errors.ts';
import type { IamState, ManagedPolicyRecord } from './state.ts';

/**
 * Checks that a policy may be attached.
 * @throws AwsError NoSuchEntityException; or one that names an AWS managed policy that the sandbox does not carry.
 */
export function requireKnownPolicy(state: IamState, arn: string): void {
  if (state.policies.has(arn) || awsManagedPolicy(arn)) return;
  if (!isAwsManaged(arn)) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  const known = Object.keys(AWS_MANAGED_POLICIES).join(', ');
  const message = `the sandbox does not carry the AWS managed policy ${arn}; it carries ${known}`;
  throw new AwsError('UnsupportedPolicyException', message, { status: 501 });
}

/** The customer managed policy of a request. @throws AwsError NoSuchEntityException. */
export function findPolicy(state: IamState, policyArn: string | undefined): ManagedPolicyRecord {
  const arn = required(policyArn, 'PolicyArn');
  const record = state.policies.get(arn);
  if (!record) throw noSuchEntity(`Policy ${arn} was not found.`);
  return record;
}

/** A managed policy as the API shows it. */
export function describePolicy(state: IamState, record: ManagedPolicyRecord): Policy {
  const roles = [...state.roles.values()];
  return {
    PolicyName: record.policyName,
    PolicyId: record.policyId,
    Arn: record.arn,
    Path: record.path,
    DefaultVersionId: record.defaultVersionId,
    AttachmentCount: roles.filter((role) => role.attachedPolicies.includes(record.arn)).length,
    PermissionsBoundaryUsageCount: roles.filter((role) => role.permissionsBoundary === record.arn).length,
    IsAttachable: true,
    CreateDate: record.createDate,
    UpdateDate: record.updateDate,
    ...(record.description !== undefined && { Description: record.description }),
    ...(record.tags.length > 0 && { Tags: [...record.tags] }),
  };
}

/** What a caller needs to do `action` on a managed policy. */
export function policyNeeds(action: string, policyArn: string | undefined): Need[] {
  return [{ action: `iam:${action}`, resource: required(policyArn, 'PolicyArn') }];
}
