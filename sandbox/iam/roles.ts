import type { Role } from '@aws-sdk/client-iam';
import type { Need } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { noSuchEntity, required } from './errors.ts';
import type { IamState, RoleRecord } from './state.ts';

/** The role of a request. @throws AwsError NoSuchEntityException. */
export function findRole(state: IamState, roleName: string | undefined): RoleRecord {
  const name = required(roleName, 'RoleName');
  const role = state.roles.get(name);
  if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return role;
}

/** Replaces a role by a changed copy. */
export function changeRole(state: IamState, role: RoleRecord, change: Partial<RoleRecord>): void {
  state.roles.put(role.roleName, { ...role, ...change });
}

/** A role as the API shows it; policy documents are URL-encoded after RFC 3986. */
export function describeRole(role: RoleRecord): Role {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: role.createDate,
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    MaxSessionDuration: role.maxSessionDuration,
    ...(role.description !== undefined && { Description: role.description }),
    ...(role.tags.length > 0 && { Tags: [...role.tags] }),
    ...(role.permissionsBoundary !== undefined && {
      PermissionsBoundary: {
        // The API answers `Policy`; its model names the only value otherwise.
        PermissionsBoundaryType: 'Policy' as 'PermissionsBoundaryPolicy',
        PermissionsBoundaryArn: role.permissionsBoundary,
      },
    }),
  };
}

/** Policy documents travel URL-encoded. */
export function encodeDocument(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** What a caller needs to do `action` on a role. */
export function roleNeeds(state: IamState, world: World, action: string, roleName: string | undefined): Need[] {
  const role = state.roles.get(roleName ?? '');
  return [{ action: `iam:${action}`, resource: role?.arn ?? `arn:aws:iam::${world.accountId}:role/${roleName ?? ''}` }];
}
