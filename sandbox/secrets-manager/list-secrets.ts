import type { Filter, ListSecretsRequest, ListSecretsResponse, SecretListEntry } from '@aws-sdk/client-secrets-manager';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import type { Secret } from './model.ts';
import { describeSecret } from './secrets.ts';
import { findSecret, invalidParameter, type SecretsState } from './state.ts';

export function listSecretsOperation(state: SecretsState): Operation {
  return operation<ListSecretsRequest, ListSecretsResponse>({
    needs: () => [{ action: 'secretsmanager:ListSecrets', resource: '*' }],
    handle: (input) => listSecrets(state, input),
  });
}

function listSecrets(state: SecretsState, input: ListSecretsRequest): ListSecretsResponse {
  const alive = [...state.secrets.keys()]
    .map((name) => findSecret(state, name))
    .filter((secret) => secret !== undefined);
  const found = alive
    .filter((secret) => input.IncludePlannedDeletion || !secret.deleted)
    .filter((secret) => (input.Filters ?? []).every((filter) => matches(secret, filter)));
  if (input.SortOrder !== 'asc') found.reverse();
  const start = startOf(input.NextToken);
  const end = start + (input.MaxResults ?? 100);
  return {
    SecretList: found.slice(start, end).map(entry),
    ...(end < found.length && { NextToken: Buffer.from(String(end)).toString('base64') }),
  };
}

function startOf(token: string | undefined): number {
  const start = token === undefined ? 0 : Number(Buffer.from(token, 'base64').toString());
  if (Number.isInteger(start)) return start;
  throw new AwsError('InvalidNextTokenException', 'The NextToken value is invalid.', { status: 400 });
}

/** A value matches from its beginning; one that starts with `!` must not match. */
function matches(secret: Secret, filter: Filter): boolean {
  const texts = textsUnder(secret, filter.Key ?? '');
  const hit = (wanted: string): boolean => texts.some((text) => text.toLowerCase().startsWith(wanted.toLowerCase()));
  return (filter.Values ?? []).some((value) => (value.startsWith('!') ? !hit(value.slice(1)) : hit(value)));
}

function textsUnder(secret: Secret, key: string): string[] {
  const keys = secret.tags.map(({ Key = '' }) => Key);
  const values = secret.tags.map(({ Value = '' }) => Value);
  switch (key) {
    case 'name':
      return [secret.name];
    case 'description':
      return [secret.description ?? ''];
    case 'tag-key':
      return keys;
    case 'tag-value':
      return values;
    case 'all':
      return [secret.name, secret.description ?? '', ...keys, ...values];
    default:
      throw invalidParameter(`the sandbox does not filter secrets by ${key}`);
  }
}

function entry(secret: Secret): SecretListEntry {
  const { VersionIdsToStages, ...shown } = describeSecret(secret);
  return { ...shown, ...(VersionIdsToStages && { SecretVersionsToStages: VersionIdsToStages }) };
}
