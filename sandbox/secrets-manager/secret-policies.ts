import type {
  GetResourcePolicyRequest,
  GetResourcePolicyResponse,
  PutResourcePolicyRequest,
  PutResourcePolicyResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { secretNeed, usableSecret, type SecretsState } from './state.ts';

type Named = { ARN: string; Name: string };

/** Resource policies and tags of secrets. */
export function policyOperations(state: SecretsState): Record<string, Operation> {
  return {
    GetResourcePolicy: operation<GetResourcePolicyRequest, GetResourcePolicyResponse>({
      needs: (input) => [secretNeed(state, 'GetResourcePolicy', input.SecretId)],
      handle: (input) => {
        const { arn, name, policy } = usableSecret(state, input.SecretId);
        return { ARN: arn, Name: name, ...(policy !== undefined && { ResourcePolicy: policy }) };
      },
    }),
    PutResourcePolicy: operation<PutResourcePolicyRequest, PutResourcePolicyResponse>({
      needs: (input) => [secretNeed(state, 'PutResourcePolicy', input.SecretId)],
      handle: (input) => putPolicy(state, input),
    }),
    DeleteResourcePolicy: operation<GetResourcePolicyRequest, Named>({
      needs: (input) => [secretNeed(state, 'DeleteResourcePolicy', input.SecretId)],
      handle: (input) => {
        const { policy: _, ...secret } = usableSecret(state, input.SecretId);
        state.secrets.put(secret.name, secret);
        return { ARN: secret.arn, Name: secret.name };
      },
    }),
    ...tagOperations(state),
  };
}

function tagOperations(state: SecretsState): Record<string, Operation> {
  return {
    TagResource: operation<TagResourceRequest, object>({
      needs: (input) => [secretNeed(state, 'TagResource', input.SecretId)],
      handle: (input) => {
        const secret = usableSecret(state, input.SecretId);
        const added = input.Tags ?? [];
        const kept = secret.tags.filter(({ Key }) => !added.some((tag) => tag.Key === Key));
        state.secrets.put(secret.name, { ...secret, tags: [...kept, ...added] });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceRequest, object>({
      needs: (input) => [secretNeed(state, 'UntagResource', input.SecretId)],
      handle: (input) => {
        const secret = usableSecret(state, input.SecretId);
        const tags = secret.tags.filter(({ Key }) => !input.TagKeys?.includes(Key ?? ''));
        state.secrets.put(secret.name, { ...secret, tags });
        return {};
      },
    }),
  };
}

function putPolicy(state: SecretsState, input: PutResourcePolicyRequest): PutResourcePolicyResponse {
  const secret = usableSecret(state, input.SecretId);
  const policy = input.ResourcePolicy ?? '';
  if (!isPolicy(policy)) {
    const message = 'This resource policy contains a syntax error.';
    throw new AwsError('MalformedPolicyDocumentException', message, { status: 400 });
  }
  state.secrets.put(secret.name, { ...secret, policy });
  return { ARN: secret.arn, Name: secret.name };
}

function isPolicy(text: string): boolean {
  try {
    const policy = JSON.parse(text) as { Statement?: unknown } | null;
    return typeof policy?.Statement === 'object';
  } catch {
    return false;
  }
}
