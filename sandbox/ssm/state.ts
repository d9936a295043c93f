import { createHash } from 'node:crypto';
import type { Parameter as ShownParameter } from '@aws-sdk/client-ssm';
import { AwsError } from '../core/aws-error.ts';
import type { Collection } from '../core/collection.ts';
import type { Need } from '../core/service.ts';
import type { World } from '../core/world.ts';
import type { Parameter, ParameterVersion } from './model.ts';

export interface SsmState {
  readonly world: World;
  readonly parameters: Collection<Parameter>;
}

/** ARN of a parameter; a path's slash is not doubled. */
export function parameterArn(world: World, name: string): string {
  return `arn:aws:ssm:${world.region}:${world.accountId}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
}

/** A permission on a parameter or a path. */
export function parameterNeed(
  state: SsmState,
  action: string,
  name: string | undefined,
  context?: Need['context'],
): Need {
  const resource = parameterArn(state.world, selectorOf(state, name ?? '').name);
  return { action: `ssm:${action}`, resource, ...(context && { context }) };
}

/** What a client writes as a name: a name or an ARN, perhaps with a version behind a colon. */
export interface Selector {
  readonly name: string;
  /** As it was written, `:3`. */
  readonly selector?: string;
}

/** Takes a client's name apart. */
export function selectorOf(state: SsmState, given: string): Selector {
  const prefix = `arn:aws:ssm:${state.world.region}:${state.world.accountId}:parameter`;
  const local = given.startsWith(prefix) ? given.slice(prefix.length) : given;
  const [, written = local, selector] = /^([^:]*)(:.+)?$/.exec(local) ?? [];
  const bare = written.slice(1);
  const name =
    given.startsWith(prefix) && !state.parameters.has(written) && state.parameters.has(bare) ? bare : written;
  return selector === undefined ? { name } : { name, selector };
}

/** The newest version. */
export function newest(parameter: Parameter): ParameterVersion {
  const version = parameter.versions.at(-1);
  if (!version) throw new Error(`expected ${parameter.name} to have a version, it has none`);
  return version;
}

/** The parameter and the version of it that a client's name selects. @throws AwsError ParameterNotFound and kin. */
export function selected(
  state: SsmState,
  given: string,
): { parameter: Parameter; version: ParameterVersion; selector: string | undefined } {
  const { name, selector } = selectorOf(state, given);
  const parameter = state.parameters.get(name);
  if (!parameter) throw notFound(given);
  if (selector === undefined) return { parameter, version: newest(parameter), selector };
  const version = parameter.versions.find((one) => `:${one.version}` === selector);
  if (version) return { parameter, version, selector };
  const message = `Systems Manager could not find version ${selector.slice(1)} of ${name}. Verify the version and try again.`;
  throw new AwsError('ParameterVersionNotFound', message, { status: 400 });
}

export function notFound(name: string): AwsError {
  return new AwsError('ParameterNotFound', `Parameter ${name} not found.`, { status: 400 });
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message, { status: 400 });
}

/** A parameter as the reading operations show it. */
export function shown(
  state: SsmState,
  parameter: Parameter,
  version: ParameterVersion,
  decrypt: boolean | undefined,
  selector?: string,
): ShownParameter {
  return {
    Name: parameter.name,
    Type: version.type,
    Value: valueOf(version, decrypt),
    Version: version.version,
    ...(selector && { Selector: selector }),
    LastModifiedDate: version.modified,
    ARN: parameterArn(state.world, parameter.name),
    DataType: version.dataType,
  };
}

/** Whoever forgets to ask for decryption gets something that is of no use, as on AWS. */
export function valueOf(version: ParameterVersion, decrypt: boolean | undefined): string {
  if (version.type !== 'SecureString' || decrypt) return version.value;
  const digest = createHash('sha512').update(`${version.version}\0${version.value}`).digest();
  return Buffer.concat([Buffer.from([1, 2, 2, 0, 120]), digest, digest]).toString('base64');
}

/** One page of a list; the token is the place where the next one starts. */
export function page<T>(
  all: readonly T[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  most: number,
): { items: T[]; NextToken?: string } {
  const size = input.MaxResults ?? most;
  if (size < 1 || size > most)
    throw invalid(
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value ${size < 1 ? 'greater than or equal to 1' : `less than or equal to ${most}`}`,
    );
  const start = input.NextToken === undefined ? 0 : Number(Buffer.from(input.NextToken, 'base64').toString());
  if (!Number.isInteger(start))
    throw new AwsError('InvalidNextToken', 'The specified token is not valid.', { status: 400 });
  const end = start + size;
  const NextToken = Buffer.from(String(end)).toString('base64');
  return { items: all.slice(start, end), ...(end < all.length && { NextToken }) };
}
