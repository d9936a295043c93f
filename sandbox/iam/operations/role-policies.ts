import type {
  AttachRolePolicyRequest,
  DeleteRolePolicyRequest,
  DetachRolePolicyRequest,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  PutRolePolicyRequest,
} from '@aws-sdk/client-iam';
import { operation, type Need, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { limitExceeded, noSuchEntity, required } from '../errors.ts';
import { requireKnownPolicy } from '../managed-policies.ts';
import { page } from '../paging.ts';
import { parsePolicy } from '../policy-document.ts';
import { changeRole, encodeDocument, findRole, roleNeeds } from '../roles.ts';
import { roleNameOf, type IamState, type RoleRecord } from '../state.ts';

/** Operations on the policies in and on roles. */
export function rolePolicyOperations(state: IamState): Record<string, Operation> {
  return {
    PutRolePolicy: putRolePolicy(state),
    GetRolePolicy: getRolePolicy(state),
    ListRolePolicies: listRolePolicies(state),
    DeleteRolePolicy: deleteRolePolicy(state),
    AttachRolePolicy: attachRolePolicy(state),
    DetachRolePolicy: detachRolePolicy(state),
    ListAttachedRolePolicies: listAttachedRolePolicies(state),
  };
}

/** Characters of all inline policies of one role together, white space not counted. Source: IAM quotas. */
const INLINE_QUOTA = 10_240;
/** Managed policies on one role. Source: IAM quotas (default). */
const ATTACHED_QUOTA = 10;

function putRolePolicy(state: IamState): Operation {
  return operation<PutRolePolicyRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'PutRolePolicy', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      const text = required(input.PolicyDocument, 'PolicyDocument');
      parsePolicy(text, 'identity');
      const inlinePolicies = { ...role.inlinePolicies, [required(input.PolicyName, 'PolicyName')]: text };
      checkInlineQuota(role, inlinePolicies);
      changeRole(state, role, { inlinePolicies });
      return {};
    },
  });
}

function checkInlineQuota(role: RoleRecord, policies: Readonly<Record<string, string>>): void {
  const size = Object.values(policies).reduce((sum, text) => sum + text.replace(/\s/g, '').length, 0);
  if (size > INLINE_QUOTA)
    throw limitExceeded(`Maximum policy size of ${INLINE_QUOTA} bytes exceeded for role ${role.roleName}`);
}

function inlinePolicy(role: RoleRecord, policyName: string | undefined): string {
  const text = role.inlinePolicies[required(policyName, 'PolicyName')];
  if (text === undefined) throw noSuchEntity(`The role policy with name ${policyName ?? ''} cannot be found.`);
  return text;
}

function getRolePolicy(state: IamState): Operation {
  return operation<GetRolePolicyRequest, GetRolePolicyResponse>({
    needs: (input, world) => roleNeeds(state, world, 'GetRolePolicy', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      const document = encodeDocument(inlinePolicy(role, input.PolicyName));
      return { RoleName: role.roleName, PolicyName: input.PolicyName, PolicyDocument: document };
    },
  });
}

function listRolePolicies(state: IamState): Operation {
  return operation<ListRolePoliciesRequest, ListRolePoliciesResponse>({
    needs: (input, world) => roleNeeds(state, world, 'ListRolePolicies', input.RoleName),
    handle: (input) => {
      const { items, ...rest } = page(Object.keys(findRole(state, input.RoleName).inlinePolicies).sort(), input);
      return { PolicyNames: items, ...rest };
    },
  });
}

function deleteRolePolicy(state: IamState): Operation {
  return operation<DeleteRolePolicyRequest, object>({
    needs: (input, world) => roleNeeds(state, world, 'DeleteRolePolicy', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      inlinePolicy(role, input.PolicyName);
      const entries = Object.entries(role.inlinePolicies).filter(([name]) => name !== input.PolicyName);
      changeRole(state, role, { inlinePolicies: Object.fromEntries(entries) });
      return {};
    },
  });
}

function attachmentNeeds(
  state: IamState,
  world: World,
  action: string,
  input: { RoleName?: string | undefined; PolicyArn?: string | undefined },
): Need[] {
  const context = { 'iam:PolicyARN': required(input.PolicyArn, 'PolicyArn') };
  return roleNeeds(state, world, action, input.RoleName).map((need) => ({ ...need, context }));
}

/** Safe to repeat: attaching twice changes nothing. */
function attachRolePolicy(state: IamState): Operation {
  return operation<AttachRolePolicyRequest, object>({
    needs: (input, world) => attachmentNeeds(state, world, 'AttachRolePolicy', input),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      const arn = required(input.PolicyArn, 'PolicyArn');
      requireKnownPolicy(state, arn);
      if (role.attachedPolicies.includes(arn)) return {};
      if (role.attachedPolicies.length >= ATTACHED_QUOTA)
        throw limitExceeded(`Cannot exceed quota for PoliciesPerRole: ${ATTACHED_QUOTA}`);
      changeRole(state, role, { attachedPolicies: [...role.attachedPolicies, arn] });
      return {};
    },
  });
}

function detachRolePolicy(state: IamState): Operation {
  return operation<DetachRolePolicyRequest, object>({
    needs: (input, world) => attachmentNeeds(state, world, 'DetachRolePolicy', input),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      const arn = required(input.PolicyArn, 'PolicyArn');
      if (!role.attachedPolicies.includes(arn)) throw noSuchEntity(`Policy ${arn} was not found.`);
      changeRole(state, role, { attachedPolicies: role.attachedPolicies.filter((other) => other !== arn) });
      return {};
    },
  });
}

function listAttachedRolePolicies(state: IamState): Operation {
  return operation<ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse>({
    needs: (input, world) => roleNeeds(state, world, 'ListAttachedRolePolicies', input.RoleName),
    handle: (input) => {
      const role = findRole(state, input.RoleName);
      const attached = role.attachedPolicies.map((arn) => ({ PolicyName: roleNameOf(arn), PolicyArn: arn }));
      const { items, ...rest } = page(attached, input);
      return { AttachedPolicies: items, ...rest };
    },
  });
}
