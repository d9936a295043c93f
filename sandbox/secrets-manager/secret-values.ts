import type {
  BatchGetSecretValueRequest,
  BatchGetSecretValueResponse,
  GetSecretValueRequest,
  GetSecretValueResponse,
  ListSecretVersionIdsRequest,
  ListSecretVersionIdsResponse,
  PutSecretValueRequest,
  PutSecretValueResponse,
  UpdateSecretVersionStageRequest,
  UpdateSecretVersionStageResponse,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Call, type Operation } from '../core/service.ts';
import type { Secret, SecretVersion } from './model.ts';
import { invalidParameter, notFound, now, secretNeed, usableSecret, type SecretsState } from './state.ts';
import { withStage, withVersion } from './versions.ts';

/** Operations on the values of secrets. */
export function valueOperations(state: SecretsState): Record<string, Operation> {
  return {
    GetSecretValue: operation<GetSecretValueRequest, GetSecretValueResponse>({
      needs: ({ SecretId, VersionId, VersionStage }) => [
        secretNeed(state, 'GetSecretValue', SecretId, {
          'secretsmanager:VersionId': VersionId,
          'secretsmanager:VersionStage': VersionStage ?? 'AWSCURRENT',
        }),
      ],
      handle: (input) => getValue(state, input),
    }),
    BatchGetSecretValue: operation<BatchGetSecretValueRequest, BatchGetSecretValueResponse>({
      needs: () => [{ action: 'secretsmanager:BatchGetSecretValue', resource: '*' }],
      handle: (input, call) => batchGet(state, input, call),
    }),
    PutSecretValue: operation<PutSecretValueRequest, PutSecretValueResponse>({
      needs: (input) => [secretNeed(state, 'PutSecretValue', input.SecretId)],
      handle: (input) => putValue(state, input),
    }),
    UpdateSecretVersionStage: operation<UpdateSecretVersionStageRequest, UpdateSecretVersionStageResponse>({
      needs: (input) => [
        secretNeed(state, 'UpdateSecretVersionStage', input.SecretId, {
          'secretsmanager:VersionStage': input.VersionStage,
        }),
      ],
      handle: (input) => updateStage(state, input),
    }),
    ListSecretVersionIds: operation<ListSecretVersionIdsRequest, ListSecretVersionIdsResponse>({
      needs: (input) => [secretNeed(state, 'ListSecretVersionIds', input.SecretId)],
      handle: (input) => listVersions(state, input),
    }),
  };
}

function getValue(state: SecretsState, input: GetSecretValueRequest): GetSecretValueResponse {
  const secret = usableSecret(state, input.SecretId);
  const version = selectedVersion(secret, input);
  const accessed = new Date(Math.floor(state.world.clock.now() / 86_400_000) * 86_400_000);
  if (secret.accessed?.getTime() !== accessed.getTime()) state.secrets.put(secret.name, { ...secret, accessed });
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.text,
    SecretBinary: version.bytes,
    VersionStages: [...version.stages],
    CreatedDate: version.created,
  };
}

function selectedVersion(secret: Secret, input: GetSecretValueRequest): SecretVersion {
  const { VersionId, VersionStage } = input;
  const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
  const found = secret.versions.find(
    (version) =>
      (VersionId === undefined || version.id === VersionId) && (stage === undefined || version.stages.includes(stage)),
  );
  if (found) return found;
  const what = VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`;
  throw notFound(`Secrets Manager can't find the specified secret value for ${what}`);
}

function batchGet(state: SecretsState, input: BatchGetSecretValueRequest, call: Call): BatchGetSecretValueResponse {
  if (input.Filters?.length)
    throw invalidParameter('the sandbox supports SecretIdList of BatchGetSecretValue, not Filters');
  const SecretValues: GetSecretValueResponse[] = [];
  const Errors: NonNullable<BatchGetSecretValueResponse['Errors']> = [];
  for (const SecretId of input.SecretIdList ?? []) {
    try {
      call.authorize(secretNeed(state, 'GetSecretValue', SecretId));
      SecretValues.push(getValue(state, { SecretId }));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Errors.push({ SecretId, ErrorCode: error.code, Message: error.message });
    }
  }
  return { SecretValues, Errors };
}

function putValue(state: SecretsState, input: PutSecretValueRequest): PutSecretValueResponse {
  const secret = usableSecret(state, input.SecretId);
  if (input.SecretString === undefined && input.SecretBinary === undefined)
    throw invalidParameter('You must provide either SecretString or SecretBinary.');
  const { secret: changed, version } = withVersion(state, secret, input, input.VersionStages);
  state.secrets.put(secret.name, changed);
  return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
}

function updateStage(state: SecretsState, input: UpdateSecretVersionStageRequest): UpdateSecretVersionStageResponse {
  const secret = usableSecret(state, input.SecretId);
  const { VersionStage: stage = '', MoveToVersionId, RemoveFromVersionId } = input;
  const holder = secret.versions.find(({ stages }) => stages.includes(stage));
  if (holder && MoveToVersionId !== holder.id && RemoveFromVersionId !== holder.id)
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  if (stage === 'AWSCURRENT' && MoveToVersionId === undefined)
    throw invalidParameter(
      'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
    );
  if (MoveToVersionId !== undefined && !secret.versions.some(({ id }) => id === MoveToVersionId))
    throw notFound(`Secrets Manager can't find the specified secret value for VersionId: ${MoveToVersionId}`);
  const versions = withStage(secret.versions, stage, MoveToVersionId);
  state.secrets.put(secret.name, { ...secret, versions, changed: now(state) });
  return { ARN: secret.arn, Name: secret.name };
}

function listVersions(state: SecretsState, input: ListSecretVersionIdsRequest): ListSecretVersionIdsResponse {
  const secret = usableSecret(state, input.SecretId);
  const shown = secret.versions.filter(({ stages }) => input.IncludeDeprecated || stages.length > 0);
  const Versions = shown.map(({ id, stages, created }) => ({
    VersionId: id,
    VersionStages: [...stages],
    CreatedDate: created,
  }));
  return { ARN: secret.arn, Name: secret.name, Versions };
}
