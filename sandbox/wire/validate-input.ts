import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../core/aws-error.ts';
import type { ServiceId } from '../core/service.ts';
import { malformedXml } from './codec.ts';
import { membersOf, requiredMembersOf } from './schema.ts';

/**
 * Checks an input against what the model says of types and required members, as AWS does before an operation runs.
 * Lengths, patterns and enumerations are not in the SDK's schemas; the operations check those.
 * @throws AwsError ValidationException, SerializationException, or what the service calls them.
 */
export function validateInput(service: ServiceId, schema: NormalizedSchema, input: unknown): void {
  const missing: string[] = [];
  walk(schema, input, [], missing);
  if (missing.length > 0) throw service === 'S3' ? malformedXml() : missingMembers(service, missing);
}

function walk(schema: NormalizedSchema, value: unknown, path: readonly string[], missing: string[]): void {
  if (schema.isStructSchema()) walkStruct(schema, expectObject(value, path), path, missing);
  else if (schema.isListSchema()) walkList(schema, value, path, missing);
  else if (schema.isMapSchema()) walkMap(schema, expectObject(value, path), path, missing);
  else checkScalar(schema, value, path);
}

type Fields = Readonly<Record<string, unknown>>;

function walkStruct(schema: NormalizedSchema, value: Fields, path: readonly string[], missing: string[]): void {
  for (const { name } of requiredMembersOf(schema)) if (value[name] == null) missing.push(at(path, name));
  for (const { name, schema: member } of membersOf(schema))
    if (value[name] != null) walk(member, value[name], [...path, lowerFirst(name)], missing);
}

function walkList(schema: NormalizedSchema, value: unknown, path: readonly string[], missing: string[]): void {
  if (!Array.isArray(value)) throw mistyped(path, 'a list', value);
  const member = schema.getValueSchema();
  value.forEach((item, i) => item != null && walk(member, item, [...path, String(i + 1), 'member'], missing));
}

function walkMap(schema: NormalizedSchema, value: Fields, path: readonly string[], missing: string[]): void {
  const member = schema.getValueSchema();
  for (const [key, item] of Object.entries(value))
    if (item != null) walk(member, item, [...path, key, 'member'], missing);
}

function checkScalar(schema: NormalizedSchema, value: unknown, path: readonly string[]): void {
  if (schema.isNumericSchema() && typeof value !== 'number') throw mistyped(path, 'a number', value);
  if (schema.isBooleanSchema() && typeof value !== 'boolean') throw mistyped(path, 'a boolean', value);
  if (schema.isStringSchema() && typeof value !== 'string') throw mistyped(path, 'a string', value);
  if (schema.isTimestampSchema() && !(value instanceof Date)) throw mistyped(path, 'a timestamp', value);
  if (schema.isBlobSchema() && !(value instanceof Uint8Array)) throw mistyped(path, 'a blob', value);
}

function expectObject(value: unknown, path: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw mistyped(path, 'an object', value);
  return value as Fields;
}

function mistyped(path: readonly string[], expected: string, value: unknown): AwsError {
  const got = Array.isArray(value) ? 'a list' : `a ${typeof value}`;
  const where = path.length > 0 ? ` at '${path.join('.')}'` : '';
  return new AwsError('SerializationException', `Expected ${expected}${where}, got ${got}.`, { status: 400 });
}

function missingMembers(service: ServiceId, missing: readonly string[]): AwsError {
  const count = `${missing.length} validation error${missing.length > 1 ? 's' : ''} detected`;
  const each = missing.map((path) => `Value null at '${path}' failed to satisfy constraint: Member must not be null`);
  return new AwsError(codeOf(service), `${count}: ${each.join('; ')}`, { status: 400 });
}

/** What a service calls a request that breaks its model. */
function codeOf(service: ServiceId): string {
  switch (service) {
    case 'CloudFormation':
    case 'CloudWatch':
    case 'IAM':
    case 'SNS':
    case 'STS':
      return 'ValidationError';
    case 'CloudWatch Logs':
      return 'InvalidParameterException';
    case 'SQS':
      return 'MissingParameter';
    case 'DynamoDB':
    case 'EventBridge':
    case 'Lambda':
    case 'S3':
    case 'SFN':
    case 'SSM':
    case 'Secrets Manager':
      return 'ValidationException';
  }
}

function at(path: readonly string[], name: string): string {
  return [...path, lowerFirst(name)].join('.');
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
