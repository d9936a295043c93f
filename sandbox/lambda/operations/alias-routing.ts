import type { AliasRoutingConfiguration } from '@aws-sdk/client-lambda';
import { Constraints } from '../constraints.ts';
import { functionNotFound, invalidParameter } from '../errors.ts';
import type { Lambda } from '../lambda.ts';
import type { AliasRecord, VersionRecord } from '../model.ts';
import { LATEST } from '../model.ts';
import { functionArn, keyOf } from '../names.ts';

interface AliasRequest {
  readonly Name?: string | undefined;
  readonly FunctionVersion?: string | undefined;
  readonly Description?: string | undefined;
  readonly RoutingConfig?: AliasRoutingConfiguration | undefined;
  readonly requireVersion?: boolean;
}

/** @throws {AwsError} ValidationException for what the API model forbids. */
export function checkAliasRequest(input: AliasRequest): void {
  const constraints = new Constraints()
    .required('name', input.Name)
    .pattern('name', input.Name, '(?!^[0-9]+$)([a-zA-Z0-9-_]+)')
    .maxLength('name', input.Name, 128)
    .maxLength('description', input.Description, 256)
    .pattern('functionVersion', input.FunctionVersion, '(\\$LATEST|[0-9]+)');
  if (input.requireVersion) constraints.required('functionVersion', input.FunctionVersion);
  checkWeights(constraints, input.RoutingConfig?.AdditionalVersionWeights ?? {});
  constraints.throwIfAny();
}

function checkWeights(constraints: Constraints, weights: Readonly<Record<string, number>>): void {
  const member = 'routingConfig.additionalVersionWeights';
  const entries = Object.entries(weights);
  const shown = `{${entries.map(([version, weight]) => `${version}=${javaDouble(weight)}`).join(', ')}}`;
  const keyRule =
    'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, ' +
    'Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]';
  const valueRule =
    'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, ' +
    'Member must have value greater than or equal to 0.0, Member must not be null]';
  constraints.check(
    entries.every(([version]) => /^[0-9]+$/.test(version)),
    member,
    shown,
    keyRule,
  );
  constraints.check(
    entries.every(([, weight]) => weight >= 0 && weight <= 1),
    member,
    shown,
    valueRule,
  );
}

function javaDouble(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/**
 * The rules about the versions that an alias routes to: at most two, both published, alike in role and dead-letter queue.
 * @throws {AwsError} InvalidParameterValueException or ResourceNotFoundException.
 */
export function checkRouting(lambda: Lambda, alias: AliasRecord): void {
  const additional = Object.keys(alias.weights);
  if (additional.length > 1)
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  const primary = versionOf(lambda, alias, alias.functionVersion);
  const [other] = additional;
  if (other === undefined) return;
  if (alias.functionVersion === LATEST)
    throw invalidParameter(`${LATEST} is not supported for an alias pointing to more than 1 version`);
  if (other === alias.functionVersion)
    throw invalidParameter(
      `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
    );
  checkAlike(primary, versionOf(lambda, alias, other));
  if (lambda.state.provisioned.has(keyOf(alias.functionName, alias.name)))
    throw invalidParameter('Alias with weights can not be used with Provisioned Concurrency');
}

function versionOf(lambda: Lambda, alias: AliasRecord, version: string): VersionRecord {
  const found = lambda.state.versions.get(keyOf(alias.functionName, version));
  if (!found) throw functionNotFound(functionArn(lambda.world, alias.functionName, version));
  return found;
}

function checkAlike(primary: VersionRecord, other: VersionRecord): void {
  const [a, b] = [primary.configuration, other.configuration];
  if (a.Role !== b.Role)
    throw invalidParameter('The versions that an alias routes to must have the same execution role.');
  if (a.DeadLetterConfig?.TargetArn !== b.DeadLetterConfig?.TargetArn)
    throw invalidParameter('The versions that an alias routes to must have the same dead-letter queue configuration.');
}
