import type { Need, PolicyDocument } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { Constraints, wholly } from './constraints.ts';
import { invalidParameter, notFound, otherAccount } from './errors.ts';

const PREFIX =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?';
const STRICT = `${PREFIX}([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`;
const NAMESPACED = `${PREFIX}([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`;
const QUALIFIER = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+';

/** The API model has two rules for function names: most operations are lenient, those that write are strict. */
export type NameRule = 'strict' | 'namespaced';

/** A function, or one of its versions or aliases, as a request names it. */
export interface Target {
  readonly name: string;
  readonly qualifier: string | undefined;
}

interface Named {
  readonly FunctionName?: string | undefined;
  readonly Qualifier?: string | undefined;
}

/**
 * Reads a function's name, partial ARN or ARN, with a qualifier inside or beside it.
 * @throws {AwsError} ValidationException for the form; ResourceNotFoundException for another Region;
 * AccessDeniedException for another account; InvalidParameterValueException for two qualifiers that differ.
 */
export function targetOf(input: Named, world: World, rule: NameRule = 'namespaced'): Target {
  const given = input.FunctionName;
  new Constraints()
    .required('functionName', given)
    .maxLength('functionName', given, rule === 'strict' ? 140 : 170)
    .pattern('functionName', given, rule === 'strict' ? STRICT : NAMESPACED)
    .pattern('qualifier', input.Qualifier, QUALIFIER)
    .maxLength('qualifier', input.Qualifier, 128)
    .throwIfAny();
  const parts = parse(given ?? '', rule);
  if (parts.region && parts.region !== world.region)
    throw notFound(`Functions from '${parts.region}' are not reachable in this region ('${world.region}')`);
  if (parts.account && parts.account !== world.accountId) throw otherAccount();
  checkNameLength(parts.name);
  return { name: parts.name, qualifier: oneQualifier(parts.qualifier, input.Qualifier) };
}

function parse(given: string, rule: NameRule) {
  const match = wholly(rule === 'strict' ? STRICT : NAMESPACED).exec(given);
  return {
    region: match?.[3]?.slice(0, -1),
    account: match?.[9]?.slice(0, -1),
    name: match?.[11] ?? given,
    qualifier: match?.[13],
  };
}

function checkNameLength(name: string): void {
  if (name.length <= 64) return;
  const problem = 'failed to satisfy constraint: Member must have length less than or equal to 64';
  throw invalidParameter(`1 validation error detected: Value '${name}' at 'functionName' ${problem}`);
}

function oneQualifier(derived: string | undefined, given: string | undefined): string | undefined {
  if (derived !== undefined && given !== undefined && derived !== given)
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  return given ?? derived;
}

/** ARN of a function, or of a version or alias of it. */
export function functionArn(world: World, name: string, qualifier?: string): string {
  const arn = `arn:aws:lambda:${world.region}:${world.accountId}:function:${name}`;
  return qualifier === undefined ? arn : `${arn}:${qualifier}`;
}

/** Key of a version, an alias or a policy in the collections. */
export function keyOf(name: string, qualifier?: string): string {
  return qualifier === undefined ? name : `${name}:${qualifier}`;
}

/** Whether a qualifier names a published version, as opposed to an alias or `$LATEST`. */
export function isVersionNumber(qualifier: string): boolean {
  return /^\d+$/.test(qualifier);
}

/** The need for a Lambda action on a function, qualified as the request was. */
export function functionNeed(
  world: World,
  action: string,
  target: Target,
  extra: { context?: Record<string, string>; resourcePolicy?: PolicyDocument | undefined } = {},
): Need {
  return { action: `lambda:${action}`, resource: functionArn(world, target.name, target.qualifier), ...extra };
}
