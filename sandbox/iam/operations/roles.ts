import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleRequest,
} from '@aws-sdk/client-iam';
import { operation, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { deleteConflict, entityExists, required, validationError } from '../errors.ts';
import { requireKnownPolicy } from '../managed-policies.ts';
import { page } from '../paging.ts';
import { parsePolicy } from '../policy-document.ts';
import { changeRole, describeRole, findRole, roleNeeds } from '../roles.ts';
import { uniqueId, type IamState, type RoleRecord } from '../state.ts';
import { mergeTags } from '../tags.ts';

/** Operations on roles themselves. */
export function roleOperations(state: IamState): Record<string, Operation> {
  return {
    CreateRole: createRole(state),
    GetRole: getRole(state),
    ListRoles: listRoles(state),
    UpdateRole: updateRole(state),
    UpdateAssumeRolePolicy: updateAssumeRolePolicy(state),
    DeleteRole: deleteRole(state),
  };
}

function createRole(state: IamState): Operation {
  return operation<CreateRoleRequest, CreateRoleResponse>({
    needs: (input, world) => [
      {
        action: 'iam:CreateRole',
        resource: newRoleArn(world, input),
        ...(input.PermissionsBoundary !== undefined && {
          context: { 'iam:PermissionsBoundary': input.PermissionsBoundary },
        }),
      },
    ],
    handle: (input, { world }) => {
      const record = newRole(state, world, input);
      state.roles.put(record.roleName, record);
      return { Role: describeRole(record) };
    },
  });
}

function newRoleArn(world: World, input: CreateRoleRequest): string {
  return `arn:aws:iam::${world.accountId}:role${input.Path ?? '/'}${required(input.RoleName, 'RoleName')}`;
}

function newRole(state: IamState, world: World, input: CreateRoleRequest): RoleRecord {
  const roleName = required(input.RoleName, 'RoleName');
  checkRoleName(roleName);
  if (input.Path !== undefined && !/^\/(?:[\x21-\x7e]+\/)?$/.test(input.Path))
    throw validationError('The specified value for path is invalid. It must begin and end with /');
  const trustPolicy = required(input.AssumeRolePolicyDocument, 'AssumeRolePolicyDocument');
  parsePolicy(trustPolicy, 'trust');
  if (state.roles.has(roleName)) throw entityExists(`Role with name ${roleName} already exists.`);
  if (input.PermissionsBoundary !== undefined) requireKnownPolicy(state, input.PermissionsBoundary);
  return {
    roleName,
    path: input.Path ?? '/',
    arn: newRoleArn(world, input),
    roleId: uniqueId(world, 'AROA'),
    createDate: new Date(world.clock.now()),
    description: input.Description,
    maxSessionDuration: input.MaxSessionDuration ?? 3600,
    trustPolicy,
    inlinePolicies: {},
    attachedPolicies: [],
    permissionsBoundary: input.PermissionsBoundary,
    tags: mergeTags([], input.Tags),
  };
}

function checkRoleName(name: string): void {
  if (!/^[\w+=,.@-]+$/.test(name))
    throw validationError(
      'The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-',
    );
  if (name.length > 64)
    throw validationError(
      `1 validation error detected: Value '${name}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
}

function getRole(state: IamState): Operation {
  return operation<GetRoleRequest, GetRoleResponse>({
    needs: (input, world) => roleNeeds(state, world, 'GetRole', input.RoleName),
    handle: (input) => ({ Role: describeRole(findRole(state, input.RoleName)) }),
  });
}

function listRoles(state: IamState): Operation {
  return operation<ListRolesRequest, ListRolesResponse>({
    needs: (_, world) => [{ action: 'iam:ListRoles', resource: `arn:aws:iam::${world.accountId}:role/` }],
    handle: (input) => {
      const roles = [...state.roles.values()].filter((role) => role.path.startsWith(input.PathPrefix ?? '/'));
      const sorted = roles.sort((a, b) => a.roleName.localeCompare(b.roleName));
      const { items, ...rest } = page(sorted, input);
      return { Roles: items.map((role) => ({ ...describeRole(role), Tags: undefined })), ...rest };
    },
  });
}

function updateRole(state: IamState): Operation {
  return operation<UpdateRoleRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'UpdateRole', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      changeRole(state, role, {
        description: input.Description ?? role.description,
        maxSessionDuration: input.MaxSessionDuration ?? role.maxSessionDuration,
      });
      return {};
    },
  });
}

function updateAssumeRolePolicy(state: IamState): Operation {
  return operation<UpdateAssumeRolePolicyRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'UpdateAssumeRolePolicy', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      const trustPolicy = required(input.PolicyDocument, 'PolicyDocument');
      parsePolicy(trustPolicy, 'trust');
      changeRole(state, role, { trustPolicy });
      return {};
    },
  });
}

function deleteRole(state: IamState): Operation {
  return operation<DeleteRoleRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'DeleteRole', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      if (role.attachedPolicies.length > 0)
        throw deleteConflict('Cannot delete entity, must detach all policies first.');
      if (Object.keys(role.inlinePolicies).length > 0)
        throw deleteConflict('Cannot delete entity, must delete policies first.');
      state.roles.delete(role.roleName);
      return {};
    },
  });
}
