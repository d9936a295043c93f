import type {
  CreateSecretRequest,
  CreateSecretResponse,
  DeleteSecretRequest,
  DeleteSecretResponse,
  DescribeSecretRequest,
  DescribeSecretResponse,
  RestoreSecretRequest,
  RestoreSecretResponse,
  UpdateSecretRequest,
  UpdateSecretResponse,
} from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import type { Secret } from './model.ts';
import {
  findSecret,
  invalidParameter,
  invalidRequest,
  now,
  secretNeed,
  secretOf,
  usableSecret,
  type SecretsState,
} from './state.ts';
import { withVersion } from './versions.ts';

/** A day in milliseconds. */
const DAY = 86_400_000;

/** Operations on secrets as such. */
export function secretOperations(state: SecretsState): Record<string, Operation> {
  return {
    CreateSecret: operation<CreateSecretRequest, CreateSecretResponse>({
      needs: (input) => createNeeds(state, input),
      handle: (input) => createSecret(state, input),
      differs: 'values are stored as they are: there is no KMS',
    }),
    UpdateSecret: operation<UpdateSecretRequest, UpdateSecretResponse>({
      needs: (input) => [secretNeed(state, 'UpdateSecret', input.SecretId)],
      handle: (input) => updateSecret(state, input),
    }),
    DescribeSecret: operation<DescribeSecretRequest, DescribeSecretResponse>({
      needs: (input) => [secretNeed(state, 'DescribeSecret', input.SecretId)],
      handle: (input) => describeSecret(secretOf(state, input.SecretId)),
    }),
    DeleteSecret: operation<DeleteSecretRequest, DeleteSecretResponse>({
      needs: (input) => [secretNeed(state, 'DeleteSecret', input.SecretId)],
      handle: (input) => deleteSecret(state, input),
    }),
    RestoreSecret: operation<RestoreSecretRequest, RestoreSecretResponse>({
      needs: (input) => [secretNeed(state, 'RestoreSecret', input.SecretId)],
      handle: (input) => {
        const { deleted: _, goneAt: __, ...secret } = secretOf(state, input.SecretId);
        state.secrets.put(secret.name, secret);
        return { ARN: secret.arn, Name: secret.name };
      },
    }),
  };
}

function createNeeds(state: SecretsState, input: CreateSecretRequest) {
  const resource = `arn:aws:secretsmanager:${state.world.region}:${state.world.accountId}:secret:${input.Name}`;
  const context = { 'secretsmanager:Name': input.Name ?? '' };
  const create = { action: 'secretsmanager:CreateSecret', resource, context };
  return input.Tags?.length ? [create, { action: 'secretsmanager:TagResource', resource }] : [create];
}

function createSecret(state: SecretsState, input: CreateSecretRequest): CreateSecretResponse {
  const name = input.Name ?? '';
  if (!/^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name))
    throw invalidParameter(
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  if (input.AddReplicaRegions?.length)
    throw invalidParameter('the sandbox does not replicate secrets: AddReplicaRegions');
  const known = findSecret(state, name);
  if (known?.deleted)
    throw invalidRequest(
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  if (known) return repeatedCreation(state, known, input);
  const { secret, version } = firstVersion(state, newSecret(state, name, input), input);
  state.secrets.put(name, secret);
  return { ARN: secret.arn, Name: name, ...(version && { VersionId: version }) };
}

function newSecret(state: SecretsState, name: string, input: CreateSecretRequest): Secret {
  const { region, accountId, random } = state.world;
  const suffix = random.text(6, 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789');
  return {
    name,
    arn: `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${suffix}`,
    description: input.Description,
    kmsKeyId: input.KmsKeyId,
    created: now(state),
    changed: now(state),
    tags: input.Tags ?? [],
    versions: [],
  };
}

function firstVersion(
  state: SecretsState,
  secret: Secret,
  input: CreateSecretRequest,
): { secret: Secret; version?: string } {
  if (input.SecretString === undefined && input.SecretBinary === undefined) return { secret };
  const made = withVersion(state, secret, input);
  return { secret: made.secret, version: made.version.id };
}

/** The same token with the same value is the same call again. */
function repeatedCreation(state: SecretsState, known: Secret, input: CreateSecretRequest): CreateSecretResponse {
  const token = input.ClientRequestToken;
  if (token !== undefined && known.versions.some(({ id }) => id === token)) {
    const { version } = withVersion(state, known, input);
    return { ARN: known.arn, Name: known.name, VersionId: version.id };
  }
  const message = `The operation failed because the secret ${known.name} already exists.`;
  throw new AwsError('ResourceExistsException', message, { status: 400 });
}

function updateSecret(state: SecretsState, input: UpdateSecretRequest): UpdateSecretResponse {
  const secret = usableSecret(state, input.SecretId);
  const described = {
    ...secret,
    changed: now(state),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.KmsKeyId !== undefined && { kmsKeyId: input.KmsKeyId }),
  };
  const { secret: changed, version } = firstVersion(state, described, { Name: secret.name, ...input });
  state.secrets.put(secret.name, changed);
  return { ARN: secret.arn, Name: secret.name, ...(version && { VersionId: version }) };
}

/** A secret as DescribeSecret and ListSecrets show it. */
export function describeSecret(secret: Secret): DescribeSecretResponse {
  const labelled = secret.versions.filter(({ stages }) => stages.length > 0);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    LastChangedDate: secret.changed,
    LastAccessedDate: secret.accessed,
    DeletedDate: secret.deleted,
    Tags: [...secret.tags],
    ...(labelled.length > 0 && {
      VersionIdsToStages: Object.fromEntries(labelled.map(({ id, stages }) => [id, [...stages]])),
    }),
    CreatedDate: secret.created,
  };
}

function deleteSecret(state: SecretsState, input: DeleteSecretRequest): DeleteSecretResponse {
  const { RecoveryWindowInDays: days, ForceDeleteWithoutRecovery: force } = input;
  if (force && days !== undefined)
    throw invalidParameter("You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  if (days !== undefined && (days < 7 || days > 30))
    throw invalidParameter('The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).');
  const secret = force ? findSecret(state, input.SecretId) : usableSecret(state, input.SecretId);
  const deleted = now(state);
  if (force || !secret) {
    if (secret) state.secrets.delete(secret.name);
    return { ARN: secret?.arn ?? input.SecretId, Name: secret?.name ?? input.SecretId, DeletionDate: deleted };
  }
  const goneAt = new Date(deleted.getTime() + (days ?? 30) * DAY);
  state.secrets.put(secret.name, { ...secret, deleted, goneAt });
  return { ARN: secret.arn, Name: secret.name, DeletionDate: goneAt };
}
