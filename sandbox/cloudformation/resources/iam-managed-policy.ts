import type { Policy, PolicyVersion } from '@aws-sdk/client-iam';
import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { json, listOf, object, text } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';

const properties = object(
  { ManagedPolicyName: text, Description: text, Path: text, PolicyDocument: json, Roles: listOf(text) },
  ['PolicyDocument'],
);

/** `AWS::IAM::ManagedPolicy`. Users and groups do not exist here. */
export const managedPolicy = resourceType<typeof properties>({
  properties,
  nameProperty: 'ManagedPolicyName',
  replacedBy: ['ManagedPolicyName', 'Description', 'Path'],
  attributes: ['PolicyArn', 'PolicyId'],
  create: async (wanted, context) => {
    const { Policy: made } = await context.call<{ Policy: Policy }>('IAM', 'CreatePolicy', {
      PolicyName: wanted.ManagedPolicyName ?? context.generatedName(128),
      Path: wanted.Path,
      Description: wanted.Description,
      PolicyDocument: jsonText(wanted.PolicyDocument),
    });
    const arn = made.Arn ?? '';
    context.exists(arn);
    await attach(context, arn, wanted.Roles ?? []);
    return { physicalId: arn, attributes: { PolicyArn: arn, PolicyId: made.PolicyId ?? '' } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    await newVersion(context, physicalId, jsonText(wanted.PolicyDocument));
    await detach(
      context,
      physicalId,
      (old.Roles ?? []).filter((role) => !wanted.Roles?.includes(role)),
    );
    await attach(context, physicalId, wanted.Roles ?? []);
    return { physicalId, attributes };
  },
  delete: async ({ physicalId, properties: old }, context) => {
    await detach(context, physicalId, old.Roles ?? []);
    for (const id of await spareVersions(context, physicalId))
      await context.call('IAM', 'DeletePolicyVersion', { PolicyArn: physicalId, VersionId: id });
    await context.call('IAM', 'DeletePolicy', { PolicyArn: physicalId });
  },
});

async function attach(context: ResourceContext, PolicyArn: string, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles) await context.call('IAM', 'AttachRolePolicy', { RoleName, PolicyArn });
}

async function detach(context: ResourceContext, PolicyArn: string, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles) await context.call('IAM', 'DetachRolePolicy', { RoleName, PolicyArn });
}

/** Versions that are not the default, the oldest first. */
async function spareVersions(context: ResourceContext, PolicyArn: string): Promise<readonly string[]> {
  const listed = await context.call<{ Versions?: PolicyVersion[] }>('IAM', 'ListPolicyVersions', { PolicyArn });
  const spare = (listed.Versions ?? []).filter((version) => !version.IsDefaultVersion);
  return spare.map((version) => version.VersionId ?? '').reverse();
}

/** A managed policy has room for five versions: the oldest makes room. */
async function newVersion(context: ResourceContext, PolicyArn: string, PolicyDocument: string): Promise<void> {
  const spare = await spareVersions(context, PolicyArn);
  if (spare.length >= 4) await context.call('IAM', 'DeletePolicyVersion', { PolicyArn, VersionId: spare[0] });
  await context.call('IAM', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
}
