import type { ResourceContext } from '../resource/resource-type.ts';

/** Takes all policies off a role: IAM deletes only bare roles. */
export async function detachEverything(context: ResourceContext, roleName: string): Promise<void> {
  const RoleName = roleName;
  type Attached = { AttachedPolicies?: { PolicyArn?: string }[] };
  const attached = await context.call<Attached>('IAM', 'ListAttachedRolePolicies', { RoleName });
  for (const { PolicyArn } of attached.AttachedPolicies ?? [])
    await context.call('IAM', 'DetachRolePolicy', { RoleName, PolicyArn });
  const inline = await context.call<{ PolicyNames?: string[] }>('IAM', 'ListRolePolicies', { RoleName });
  for (const PolicyName of inline.PolicyNames ?? [])
    await context.call('IAM', 'DeleteRolePolicy', { RoleName, PolicyName });
}
