import type { GetRandomPasswordRequest, GetRandomPasswordResponse } from '@aws-sdk/client-secrets-manager';
import { operation, type Operation } from '../core/service.ts';
import type { Random } from '../core/random.ts';
import { invalidParameter, type SecretsState } from './state.ts';

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const UPPER = LOWER.toUpperCase();
const DIGITS = '0123456789';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export function getRandomPasswordOperation(state: SecretsState): Operation {
  return operation<GetRandomPasswordRequest, GetRandomPasswordResponse>({
    needs: () => [{ action: 'secretsmanager:GetRandomPassword', resource: '*' }],
    handle: (input) => ({ RandomPassword: randomPassword(state.world.random, input) }),
    differs: 'repeatable with the seed of the sandbox: not for real use',
  });
}

/** A password of the wanted length, with at least one character of each kind unless told otherwise. */
export function randomPassword(random: Random, input: GetRandomPasswordRequest): string {
  const length = input.PasswordLength ?? 32;
  const kinds = kindsOf(input);
  if (length < 1 || length > 4096) throw invalidParameter('Password length must be between 1 and 4096 characters.');
  if (kinds.length === 0) throw invalidParameter('Password must contain at least one kind of character.');
  const required = (input.RequireEachIncludedType ?? true) ? kinds : [];
  if (required.length > length)
    throw invalidParameter('Password length must be greater than or equal to the number of included character types.');
  const one = required.map((kind) => random.text(1, kind)).join('');
  return shuffled(random, one + random.text(length - one.length, kinds.join('')));
}

function kindsOf(input: GetRandomPasswordRequest): string[] {
  const excluded = new Set(input.ExcludeCharacters ?? '');
  const kinds = [
    input.ExcludeLowercase ? '' : LOWER,
    input.ExcludeUppercase ? '' : UPPER,
    input.ExcludeNumbers ? '' : DIGITS,
    input.ExcludePunctuation ? '' : PUNCTUATION,
    input.IncludeSpace ? ' ' : '',
  ];
  const left = kinds.map((kind) => [...kind].filter((char) => !excluded.has(char)).join(''));
  return left.filter((kind) => kind !== '');
}

/** Fisher and Yates. */
function shuffled(random: Random, text: string): string {
  const chars = [...text];
  for (let i = chars.length - 1; i > 0; i--) {
    const j = Math.floor(random.next() * (i + 1));
    [chars[i], chars[j]] = [chars[j] ?? '', chars[i] ?? ''];
  }
  return chars.join('');
}
