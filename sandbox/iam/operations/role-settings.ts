import type {
  DeleteRolePermissionsBoundaryRequest,
  ListRoleTagsRequest,
  ListRoleTagsResponse,
  PutRolePermissionsBoundaryRequest,
  TagRoleRequest,
  UntagRoleRequest,
} from '@aws-sdk/client-iam';
import { operation, type Operation } from '../../core/service.ts';
import { noSuchEntity, required } from '../errors.ts';
import { requireKnownPolicy } from '../managed-policies.ts';
import { page } from '../paging.ts';
import { changeRole, findRole, roleNeeds } from '../roles.ts';
import type { IamState } from '../state.ts';
import { mergeTags, removeTags } from '../tags.ts';

/** Tags and permissions boundaries of roles. */
export function roleSettingOperations(state: IamState): Record<string, Operation> {
  return {
    TagRole: tagRole(state),
    UntagRole: untagRole(state),
    ListRoleTags: listRoleTags(state),
    PutRolePermissionsBoundary: putBoundary(state),
    DeleteRolePermissionsBoundary: deleteBoundary(state),
  };
}

function tagRole(state: IamState): Operation {
  return operation<TagRoleRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'TagRole', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      changeRole(state, role, { tags: mergeTags(role.tags, input.Tags) });
      return {};
    },
  });
}

function untagRole(state: IamState): Operation {
  return operation<UntagRoleRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'UntagRole', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      changeRole(state, role, { tags: removeTags(role.tags, required(input.TagKeys, 'TagKeys')) });
      return {};
    },
  });
}

function listRoleTags(state: IamState): Operation {
  return operation<ListRoleTagsRequest, ListRoleTagsResponse>({
    needs: (input, world) => roleNeeds(state, world, 'ListRoleTags', input.RoleName),
    handle: (input) => {
      const { items, ...rest } = page(findRole(state, input.RoleName).tags, input);
      return { Tags: items, ...rest };
    },
  });
}

function putBoundary(state: IamState): Operation {
  return operation<PutRolePermissionsBoundaryRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'PutRolePermissionsBoundary', input.RoleName),
    handle: (input) => {
      const arn = required(input.PermissionsBoundary, 'PermissionsBoundary');
      requireKnownPolicy(state, arn);
      changeRole(state, findRole(state, input.RoleName), { permissionsBoundary: arn });
      return {};
    },
  });
}

function deleteBoundary(state: IamState): Operation {
  return operation<DeleteRolePermissionsBoundaryRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'DeleteRolePermissionsBoundary', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      if (role.permissionsBoundary === undefined)
        throw noSuchEntity(`Role with name ${role.roleName} does not have a permissions boundary.`);
      changeRole(state, role, { permissionsBoundary: undefined });
      return {};
    },
  });
}
