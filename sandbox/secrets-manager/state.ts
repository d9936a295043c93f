import { AwsError } from '../core/aws-error.ts';
import type { Collection } from '../core/collection.ts';
import type { Need, PolicyDocument } from '../core/service.ts';
import type { World } from '../core/world.ts';
import type { Secret } from './model.ts';

export interface SecretsState {
  readonly world: World;
  readonly secrets: Collection<Secret>;
}

/** A secret by name, ARN, or ARN without the random suffix; forgets those whose recovery window has passed. */
export function findSecret(state: SecretsState, id: string | undefined): Secret | undefined {
  const prefix = `arn:aws:secretsmanager:${state.world.region}:${state.world.accountId}:secret:`;
  const local = id?.startsWith(prefix) ? id.slice(prefix.length) : id;
  const withoutSuffix = local !== id ? local?.replace(/-[A-Za-z0-9]{6}$/, '') : undefined;
  const named = state.secrets.get(local ?? '');
  const found = named ?? state.secrets.get(withoutSuffix ?? '');
  if (!found || (local !== id && found !== named && found.arn !== id)) return undefined;
  if (found.goneAt === undefined || found.goneAt.getTime() > state.world.clock.now()) return found;
  state.secrets.delete(found.name);
  return undefined;
}

/** The secret that a request names. @throws AwsError ResourceNotFoundException. */
export function secretOf(state: SecretsState, id: string | undefined): Secret {
  const secret = findSecret(state, id);
  if (secret) return secret;
  throw notFound("Secrets Manager can't find the specified secret.");
}

/** The secret, unless it is marked for deletion. @throws AwsError InvalidRequestException. */
export function usableSecret(state: SecretsState, id: string | undefined): Secret {
  const secret = secretOf(state, id);
  if (!secret.deleted) return secret;
  throw invalidRequest("You can't perform this operation on the secret because it was marked for deletion.");
}

/** A permission on a secret. An unknown one is named as the request names it. */
export function secretNeed(
  state: SecretsState,
  action: string,
  id: string | undefined,
  more: Readonly<Record<string, string | undefined>> = {},
): Need {
  const secret = findSecret(state, id);
  const tags = (secret?.tags ?? []).flatMap(({ Key, Value }) => [
    [`secretsmanager:ResourceTag/${Key}`, Value],
    [`aws:ResourceTag/${Key}`, Value],
  ]);
  const given = [...Object.entries({ 'secretsmanager:SecretId': secret?.arn, ...more }), ...tags];
  const context = Object.fromEntries(given.filter(([, value]) => value !== undefined)) as Record<string, string>;
  const resource = secret?.arn ?? id ?? '*';
  return { action: `secretsmanager:${action}`, resource, context, resourcePolicy: policyOf(secret) };
}

function policyOf(secret: Secret | undefined): PolicyDocument | undefined {
  if (secret?.policy === undefined) return undefined;
  const policy = JSON.parse(secret.policy) as PolicyDocument;
  return { ...policy, Statement: [policy.Statement].flat() };
}

export function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 400 });
}

export function invalidRequest(message: string): AwsError {
  return new AwsError('InvalidRequestException', message, { status: 400 });
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message, { status: 400 });
}

export function now(state: SecretsState): Date {
  return new Date(state.world.clock.now());
}
