import type {
  CreatePolicyVersionRequest,
  CreatePolicyVersionResponse,
  DeletePolicyVersionRequest,
  GetPolicyVersionRequest,
  GetPolicyVersionResponse,
  ListPolicyVersionsRequest,
  ListPolicyVersionsResponse,
  PolicyVersion,
  SetDefaultPolicyVersionRequest,
} from '@aws-sdk/client-iam';
import { operation, type Operation } from '../../core/service.ts';
import { awsManagedPolicy } from '../aws-managed-policies.ts';
import { deleteConflict, limitExceeded, noSuchEntity, required } from '../errors.ts';
import { findPolicy, policyNeeds } from '../managed-policies.ts';
import { page } from '../paging.ts';
import { parsePolicy } from '../policy-document.ts';
import { encodeDocument } from '../roles.ts';
import type { IamState, ManagedPolicyRecord, PolicyVersionRecord } from '../state.ts';

/** Operations on the versions of managed policies. */
export function policyVersionOperations(state: IamState): Record<string, Operation> {
  return {
    CreatePolicyVersion: createPolicyVersion(state),
    GetPolicyVersion: getPolicyVersion(state),
    ListPolicyVersions: listPolicyVersions(state),
    SetDefaultPolicyVersion: setDefaultPolicyVersion(state),
    DeletePolicyVersion: deletePolicyVersion(state),
  };
}

/** Versions that one managed policy can have. Source: IAM quotas. */
const VERSION_QUOTA = 5;

function createPolicyVersion(state: IamState): Operation {
  return operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse>({
    needs: (input) => policyNeeds('CreatePolicyVersion', input.PolicyArn),
    handle: (input, { world }) => {
      const policy = findPolicy(state, input.PolicyArn);
      const document = required(input.PolicyDocument, 'PolicyDocument');
      parsePolicy(document, 'identity');
      if (policy.versions.length >= VERSION_QUOTA)
        throw limitExceeded(
          'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
        );
      const createDate = new Date(world.clock.now());
      const version = { versionId: nextVersionId(policy), document, createDate };
      const changed = {
        ...policy,
        versions: [...policy.versions, version],
        updateDate: createDate,
        ...(input.SetAsDefault && { defaultVersionId: version.versionId }),
      };
      state.policies.put(policy.arn, changed);
      return { PolicyVersion: describeVersion(changed, version, false) };
    },
  });
}

function nextVersionId(policy: ManagedPolicyRecord): string {
  return `v${Math.max(...policy.versions.map((version) => Number(version.versionId.slice(1)))) + 1}`;
}

function describeVersion(
  policy: ManagedPolicyRecord,
  version: PolicyVersionRecord,
  withDocument: boolean,
): PolicyVersion {
  return {
    ...(withDocument && { Document: encodeDocument(version.document) }),
    VersionId: version.versionId,
    IsDefaultVersion: version.versionId === policy.defaultVersionId,
    CreateDate: version.createDate,
  };
}

function findVersion(policy: ManagedPolicyRecord, versionId: string | undefined): PolicyVersionRecord {
  const id = required(versionId, 'VersionId');
  const version = policy.versions.find((candidate) => candidate.versionId === id);
  if (!version) throw noSuchEntity(`Policy ${policy.arn} version ${id} does not exist or is not attachable.`);
  return version;
}

function getPolicyVersion(state: IamState): Operation {
  return operation<GetPolicyVersionRequest, GetPolicyVersionResponse>({
    needs: (input) => policyNeeds('GetPolicyVersion', input.PolicyArn),
    handle: (input) => {
      const aws = awsManagedPolicy(input.PolicyArn ?? '');
      if (aws) return { PolicyVersion: { Document: encodeDocument(JSON.stringify(aws)), VersionId: 'v1' } };
      const policy = findPolicy(state, input.PolicyArn);
      return { PolicyVersion: describeVersion(policy, findVersion(policy, input.VersionId), true) };
    },
  });
}

function listPolicyVersions(state: IamState): Operation {
  return operation<ListPolicyVersionsRequest, ListPolicyVersionsResponse>({
    needs: (input) => policyNeeds('ListPolicyVersions', input.PolicyArn),
    handle: (input) => {
      const policy = findPolicy(state, input.PolicyArn);
      const newestFirst = [...policy.versions].reverse();
      const { items, ...rest } = page(newestFirst, input);
      return { Versions: items.map((version) => describeVersion(policy, version, false)), ...rest };
    },
  });
}

function setDefaultPolicyVersion(state: IamState): Operation {
  return operation<SetDefaultPolicyVersionRequest, object>({
    needs: (input) => policyNeeds('SetDefaultPolicyVersion', input.PolicyArn),
    handle: (input, { world }) => {
      const policy = findPolicy(state, input.PolicyArn);
      const { versionId } = findVersion(policy, input.VersionId);
      state.policies.put(policy.arn, {
        ...policy,
        defaultVersionId: versionId,
        updateDate: new Date(world.clock.now()),
      });
      return {};
    },
  });
}

function deletePolicyVersion(state: IamState): Operation {
  return operation<DeletePolicyVersionRequest, object>({
    needs: (input) => policyNeeds('DeletePolicyVersion', input.PolicyArn),
    handle: (input) => {
      const policy = findPolicy(state, input.PolicyArn);
      const { versionId } = findVersion(policy, input.VersionId);
      if (versionId === policy.defaultVersionId) throw deleteConflict('Cannot delete the default version of a policy.');
      state.policies.put(policy.arn, {
        ...policy,
        versions: policy.versions.filter((version) => version.versionId !== versionId),
      });
      return {};
    },
  });
}
