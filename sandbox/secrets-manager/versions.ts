import { AwsError } from '../core/aws-error.ts';
import type { Secret, SecretVersion } from './model.ts';
import { invalidParameter, invalidRequest, now, type SecretsState } from './state.ts';

/** Longest value in bytes. */
const VALUE_LIMIT = 65_536;
/** Versions that are kept, counting those without labels. */
const VERSION_LIMIT = 100;

interface Given {
  readonly ClientRequestToken?: string | undefined;
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}

/**
 * Adds a version and moves staging labels to it. The token is the version's id, and makes the call safe to repeat.
 * @throws AwsError ResourceExistsException when the token stands for another value.
 */
export function withVersion(
  state: SecretsState,
  secret: Secret,
  given: Given,
  stages: readonly string[] = ['AWSCURRENT'],
): { secret: Secret; version: SecretVersion } {
  checkValue(given);
  const id = given.ClientRequestToken ?? state.world.random.uuid();
  const same = secret.versions.find((version) => version.id === id);
  if (same) return { secret, version: repeated(secret, same, given) };
  const made = { id, text: given.SecretString, bytes: given.SecretBinary, stages: [], created: now(state) };
  const labelled = stages.reduce((versions, stage) => withStage(versions, stage, id), [...secret.versions, made]);
  const version = labelled.find((one) => one.id === id) ?? made;
  return { secret: { ...secret, versions: pruned(labelled), changed: now(state) }, version };
}

/** Moves a label to a version, or takes it away; what was current becomes previous. */
export function withStage(versions: readonly SecretVersion[], stage: string, to: string | undefined): SecretVersion[] {
  const from = versions.find(({ stages }) => stages.includes(stage))?.id;
  const moved = versions.map((version) => ({ ...version, stages: relabelled(version, stage, version.id === to) }));
  if (stage !== 'AWSCURRENT' || from === undefined || from === to) return moved;
  return moved.map((version) => ({ ...version, stages: relabelled(version, 'AWSPREVIOUS', version.id === from) }));
}

function relabelled(version: SecretVersion, stage: string, has: boolean): string[] {
  const others = version.stages.filter((one) => one !== stage);
  return has ? [...others, stage] : others;
}

function checkValue(given: Given): void {
  if (given.SecretString !== undefined && given.SecretBinary !== undefined)
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  const size = given.SecretBinary?.length ?? Buffer.byteLength(given.SecretString ?? '');
  if (size > VALUE_LIMIT) throw invalidRequest(`Secret value must not be longer than ${VALUE_LIMIT} bytes.`);
  const token = given.ClientRequestToken;
  if (token !== undefined && (token.length < 32 || token.length > 64))
    throw invalidParameter('ClientRequestToken must be 32-64 characters long.');
}

function repeated(secret: Secret, version: SecretVersion, given: Given): SecretVersion {
  const bytes = (value: Uint8Array | undefined) => value && Buffer.from(value).toString('base64');
  if (version.text === given.SecretString && bytes(version.bytes) === bytes(given.SecretBinary)) return version;
  const message = `You can't use ClientRequestToken ${version.id} because that value is already in use for a version of secret ${secret.arn}.`;
  throw new AwsError('ResourceExistsException', message, { status: 400 });
}

/** The oldest versions without labels go first. */
function pruned(versions: readonly SecretVersion[]): SecretVersion[] {
  const excess = versions.length - VERSION_LIMIT;
  const gone = new Set(versions.filter(({ stages }) => stages.length === 0).slice(0, Math.max(0, excess)));
  return versions.filter((version) => !gone.has(version));
}
