import type { TransactWriteItemsInput } from '@aws-sdk/client-dynamodb';
import { createHash } from 'node:crypto';
import { AwsError } from '../core/aws-error.ts';
import type { World } from '../core/world.ts';
import { toEngine } from './attribute-values.ts';

/** How long a client request token is remembered, in sandbox milliseconds: 10 minutes. */
const TOKEN_LIFE = 10 * 60_000;

interface Remembered {
  readonly digest: string;
  readonly until: number;
}

/**
 * Says whether a transaction with this token has already been carried out.
 * @throws AwsError IdempotentParameterMismatchException when the token came with other parameters.
 */
export function replayed(world: World, input: TransactWriteItemsInput): boolean {
  const token = input.ClientRequestToken;
  if (token === undefined) return false;
  const known = tokens(world).get(token);
  if (!known || known.until <= world.clock.now()) return false;
  if (known.digest === digestOf(input)) return true;
  const message =
    'DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token that was already used.';
  throw new AwsError('IdempotentParameterMismatchException', message, { status: 400, extra: { Message: message } });
}

/** Remembers that a transaction has been carried out. */
export function remember(world: World, input: TransactWriteItemsInput): void {
  if (input.ClientRequestToken === undefined) return;
  const now = world.clock.now();
  forget(world, now);
  tokens(world).put(input.ClientRequestToken, { digest: digestOf(input), until: now + TOKEN_LIFE });
}

function tokens(world: World) {
  return world.storage.collection<Remembered>('dynamodb.tokens');
}

/** All live equally long: the first one that is still remembered ends the search. */
function forget(world: World, now: number): void {
  const all = tokens(world);
  for (const token of all.keys()) {
    if ((all.get(token)?.until ?? 0) > now) return;
    all.delete(token);
  }
}

function digestOf(input: TransactWriteItemsInput): string {
  return createHash('sha256')
    .update(JSON.stringify(toEngine(input.TransactItems)))
    .digest('hex');
}
