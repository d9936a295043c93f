import type { Role } from '@aws-sdk/client-iam';
import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { json, listOf, number, object, tagList, text, type ValueOf } from '../resource/shape.ts';
import { detachEverything } from './detach-everything.ts';
import { jsonText } from './json-text.ts';

const properties = object(
  {
    RoleName: text,
    Path: text,
    Description: text,
    AssumeRolePolicyDocument: json,
    ManagedPolicyArns: listOf(text),
    Policies: listOf(object({ PolicyName: text, PolicyDocument: json }, ['PolicyName', 'PolicyDocument'])),
    MaxSessionDuration: number,
    PermissionsBoundary: text,
    Tags: tagList,
  },
  ['AssumeRolePolicyDocument'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::IAM::Role`. */
export const role = resourceType<typeof properties>({
  properties,
  nameProperty: 'RoleName',
  replacedBy: ['RoleName', 'Path'],
  attributes: ['Arn', 'RoleId'],
  create: async (wanted, context) => {
    const name = wanted.RoleName ?? context.generatedName(64);
    const made = await context.call<{ Role: Role }>('IAM', 'CreateRole', {
      RoleName: name,
      Path: wanted.Path,
      Description: wanted.Description,
      AssumeRolePolicyDocument: jsonText(wanted.AssumeRolePolicyDocument),
      MaxSessionDuration: wanted.MaxSessionDuration,
      PermissionsBoundary: wanted.PermissionsBoundary,
      Tags: wanted.Tags,
    });
    context.exists(name);
    await addPolicies(context, name, wanted);
    return stateOf(made.Role);
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    await context.call('IAM', 'UpdateAssumeRolePolicy', {
      RoleName: physicalId,
      PolicyDocument: jsonText(wanted.AssumeRolePolicyDocument),
    });
    await context.call('IAM', 'UpdateRole', {
      RoleName: physicalId,
      Description: wanted.Description ?? '',
      MaxSessionDuration: wanted.MaxSessionDuration ?? 3600,
    });
    await updateBoundary(context, physicalId, wanted, old);
    await dropPolicies(context, physicalId, wanted, old);
    await addPolicies(context, physicalId, wanted);
    await updateTags(context, physicalId, wanted, old);
    return stateOf((await context.call<{ Role: Role }>('IAM', 'GetRole', { RoleName: physicalId })).Role);
  },
  delete: ({ physicalId }, context) => remove(context, physicalId),
});

function stateOf(made: Role): ResourceState {
  return { physicalId: made.RoleName ?? '', attributes: { Arn: made.Arn ?? '', RoleId: made.RoleId ?? '' } };
}

async function addPolicies(context: ResourceContext, name: string, wanted: Properties): Promise<void> {
  for (const arn of wanted.ManagedPolicyArns ?? [])
    await context.call('IAM', 'AttachRolePolicy', { RoleName: name, PolicyArn: arn });
  for (const { PolicyName, PolicyDocument } of wanted.Policies ?? [])
    await context.call('IAM', 'PutRolePolicy', {
      RoleName: name,
      PolicyName,
      PolicyDocument: jsonText(PolicyDocument),
    });
}

async function dropPolicies(
  context: ResourceContext,
  name: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const kept = new Set(wanted.Policies?.map((inline) => inline.PolicyName));
  for (const arn of old.ManagedPolicyArns ?? [])
    if (!wanted.ManagedPolicyArns?.includes(arn))
      await context.call('IAM', 'DetachRolePolicy', { RoleName: name, PolicyArn: arn });
  for (const { PolicyName } of old.Policies ?? [])
    if (!kept.has(PolicyName)) await context.call('IAM', 'DeleteRolePolicy', { RoleName: name, PolicyName });
}

async function updateBoundary(
  context: ResourceContext,
  name: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const PermissionsBoundary = wanted.PermissionsBoundary;
  if (PermissionsBoundary !== undefined)
    await context.call('IAM', 'PutRolePermissionsBoundary', { RoleName: name, PermissionsBoundary });
  else if (old.PermissionsBoundary !== undefined)
    await context.call('IAM', 'DeleteRolePermissionsBoundary', { RoleName: name });
}

async function updateTags(context: ResourceContext, name: string, wanted: Properties, old: Properties): Promise<void> {
  const gone = (old.Tags ?? []).map((tag) => tag.Key).filter((key) => !wanted.Tags?.some((tag) => tag.Key === key));
  if (gone.length > 0) await context.call('IAM', 'UntagRole', { RoleName: name, TagKeys: gone });
  if (wanted.Tags?.length) await context.call('IAM', 'TagRole', { RoleName: name, Tags: wanted.Tags });
}

async function remove(context: ResourceContext, name: string): Promise<void> {
  await detachEverything(context, name);
  await context.call('IAM', 'DeleteRole', { RoleName: name });
}
