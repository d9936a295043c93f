import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  Policy,
} from '@aws-sdk/client-iam';
import { operation, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { AWS_MANAGED_POLICIES, awsManagedPolicy } from '../aws-managed-policies.ts';
import { deleteConflict, entityExists, required } from '../errors.ts';
import { describePolicy, findPolicy, policyNeeds } from '../managed-policies.ts';
import { page } from '../paging.ts';
import { parsePolicy } from '../policy-document.ts';
import { roleNameOf, uniqueId, type IamState, type ManagedPolicyRecord } from '../state.ts';
import { mergeTags } from '../tags.ts';

/** Operations on managed policies. */
export function managedPolicyOperations(state: IamState): Record<string, Operation> {
  return {
    CreatePolicy: createPolicy(state),
    GetPolicy: getPolicy(state),
    ListPolicies: listPolicies(state),
    DeletePolicy: deletePolicy(state),
  };
}

function newPolicyArn(world: World, input: CreatePolicyRequest): string {
  return `arn:aws:iam::${world.accountId}:policy${input.Path ?? '/'}${required(input.PolicyName, 'PolicyName')}`;
}

function createPolicy(state: IamState): Operation {
  return operation<CreatePolicyRequest, CreatePolicyResponse>({
    needs: (input, world) => policyNeeds('CreatePolicy', newPolicyArn(world, input)),
    handle: (input, { world }) => {
      const record = newPolicy(state, world, input);
      state.policies.put(record.arn, record);
      return { Policy: describePolicy(state, record) };
    },
  });
}

function newPolicy(state: IamState, world: World, input: CreatePolicyRequest): ManagedPolicyRecord {
  const policyName = required(input.PolicyName, 'PolicyName');
  const document = required(input.PolicyDocument, 'PolicyDocument');
  parsePolicy(document, 'identity');
  const taken = [...state.policies.values()].some((policy) => policy.policyName === policyName);
  if (taken) throw entityExists(`A policy called ${policyName} already exists. Duplicate names are not allowed.`);
  const now = new Date(world.clock.now());
  return {
    arn: newPolicyArn(world, input),
    policyName,
    policyId: uniqueId(world, 'ANPA'),
    path: input.Path ?? '/',
    description: input.Description,
    createDate: now,
    updateDate: now,
    defaultVersionId: 'v1',
    versions: [{ versionId: 'v1', document, createDate: now }],
    tags: mergeTags([], input.Tags),
  };
}

function getPolicy(state: IamState): Operation {
  return operation<GetPolicyRequest, GetPolicyResponse>({
    needs: (input) => policyNeeds('GetPolicy', input.PolicyArn),
    handle: (input) => {
      const aws = awsManagedPolicy(input.PolicyArn ?? '') && describeAwsPolicy(input.PolicyArn ?? '');
      return { Policy: aws ?? describePolicy(state, findPolicy(state, input.PolicyArn)) };
    },
  });
}

function describeAwsPolicy(arn: string): Policy {
  return { PolicyName: roleNameOf(arn), Arn: arn, DefaultVersionId: 'v1', IsAttachable: true };
}

function listPolicies(state: IamState): Operation {
  return operation<ListPoliciesRequest, ListPoliciesResponse>({
    needs: () => [{ action: 'iam:ListPolicies', resource: '*' }],
    handle: (input) => {
      const local = [...state.policies.values()].map((record) => describePolicy(state, record));
      const aws = Object.keys(AWS_MANAGED_POLICIES).map((name) => describeAwsPolicy(`arn:aws:iam::aws:policy/${name}`));
      const all = input.Scope === 'Local' ? local : input.Scope === 'AWS' ? aws : [...aws, ...local];
      const wanted = all.filter((policy) => !input.OnlyAttached || (policy.AttachmentCount ?? 0) > 0);
      const { items, ...rest } = page(wanted, input);
      return { Policies: items, ...rest };
    },
    differs: 'of the AWS managed policies it lists only those that the sandbox carries',
  });
}

function deletePolicy(state: IamState): Operation {
  return operation<DeletePolicyRequest, object>({
    needs: (input) => policyNeeds('DeletePolicy', input.PolicyArn),
    handle: (input) => {
      const record = findPolicy(state, input.PolicyArn);
      const attached = [...state.roles.values()].some((role) => role.attachedPolicies.includes(record.arn));
      if (attached) throw deleteConflict('Cannot delete a policy attached to entities.');
      if (record.versions.length > 1)
        throw deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      state.policies.delete(record.arn);
      return {};
    },
  });
}
