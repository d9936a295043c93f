import { templateError } from '../errors.ts';
import {
  intrinsicCall,
  isObject,
  subParts,
  textOf,
  type IntrinsicCall,
  type TemplateObject,
  type TemplateValue,
} from './intrinsics.ts';

/** What expressions may refer to. Lookups throw when the thing does not exist. */
export interface Scope {
  /** Value of a parameter, a pseudo parameter or a resource; `NO_VALUE` for `AWS::NoValue`. */
  ref(name: string): TemplateValue | typeof NO_VALUE;
  attribute(logicalId: string, name: string): TemplateValue;
  condition(name: string): boolean;
  mapping(map: string, first: string, second: string): TemplateValue | undefined;
  importValue(name: string): string;
  readonly region: string;
}

/** What `AWS::NoValue` yields: the property or list item that it stands for is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

type Result = TemplateValue | typeof NO_VALUE;

/**
 * Replaces every intrinsic function in a template value.
 * Source: CloudFormation template reference, "Intrinsic function reference".
 * @throws AwsError ValidationError.
 */
export function evaluate(value: TemplateValue, scope: Scope): Result {
  if (Array.isArray(value)) return (value as readonly TemplateValue[]).map((v) => evaluate(v, scope)).filter(hasValue);
  if (!isObject(value)) return value;
  const call = intrinsicCall(value);
  if (call) return evaluateCall(call, scope);
  const entries = Object.entries(value).map(([key, member]) => [key, evaluate(member, scope)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, TemplateValue] => hasValue(entry[1])));
}

/** Evaluates a condition expression; here `{ Condition: name }` names another condition. */
export function evaluateCondition(value: TemplateValue, scope: Scope): boolean {
  if (isObject(value) && Object.keys(value).length === 1 && typeof value['Condition'] === 'string')
    return scope.condition(value['Condition']);
  const call = intrinsicCall(value);
  switch (call?.name) {
    case 'Fn::And':
      return listArgument(call).every((item) => evaluateCondition(item, scope));
    case 'Fn::Or':
      return listArgument(call).some((item) => evaluateCondition(item, scope));
    case 'Fn::Not':
      return !listArgument(call, 1).every((item) => evaluateCondition(item, scope));
    case 'Fn::Equals': {
      const [left, right] = listArgument(call, 2).map((item) => evaluate(item, scope));
      return textOf(left) === textOf(right);
    }
    case 'Fn::Contains': {
      const [all, wanted] = listArgument(call, 2).map((item) => evaluate(item, scope));
      return Array.isArray(all) && (all as readonly unknown[]).map(textOf).includes(textOf(wanted));
    }
    default:
      throw templateError(`Template error: ${JSON.stringify(value)} is not a condition`);
  }
}

function hasValue(value: Result): value is TemplateValue {
  return value !== NO_VALUE;
}

function evaluateCall(call: IntrinsicCall, scope: Scope): Result {
  switch (call.name) {
    case 'Ref':
      return scope.ref(stringArgument(call));
    case 'Fn::GetAtt':
      return getAtt(call, scope);
    case 'Fn::If':
      return branch(call, scope);
    case 'Fn::Sub':
      return substitute(call, scope);
    case 'Fn::Join':
      return join(call, scope);
    case 'Fn::Select':
      return select(call, scope);
    case 'Fn::Split':
      return split(call, scope);
    case 'Fn::FindInMap':
      return findInMap(call, scope);
    case 'Fn::ImportValue':
      return scope.importValue(asText(evaluate(call.argument, scope), call));
    case 'Fn::Base64':
      return Buffer.from(asText(evaluate(call.argument, scope), call)).toString('base64');
    case 'Fn::GetAZs':
      return ['a', 'b', 'c'].map((zone) => `${asText(evaluate(call.argument, scope), call) || scope.region}${zone}`);
    case 'Condition':
    case 'Fn::And':
    case 'Fn::Contains':
    case 'Fn::Equals':
    case 'Fn::Not':
    case 'Fn::Or':
      throw templateError(`Template error: ${call.name} is only allowed in conditions`);
  }
}

function listArgument(call: IntrinsicCall, length?: number): readonly TemplateValue[] {
  const value = call.argument;
  const isList = Array.isArray(value) && (length === undefined || value.length === length);
  if (!isList) throw templateError(`Template error: every ${call.name} object requires a list argument`);
  return value as readonly TemplateValue[];
}

function stringArgument(call: IntrinsicCall): string {
  if (typeof call.argument === 'string') return call.argument;
  throw templateError(`Template error: every ${call.name} object must have a single String value`);
}

function asText(value: Result, call: IntrinsicCall): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(`Template error: ${call.name} needs a string, got ${JSON.stringify(value)}`);
}

function asList(value: Result, call: IntrinsicCall): readonly TemplateValue[] {
  if (Array.isArray(value)) return value as readonly TemplateValue[];
  throw templateError(`Template error: ${call.name} needs a list, got ${JSON.stringify(value)}`);
}

function getAtt(call: IntrinsicCall, scope: Scope): TemplateValue {
  const [logicalId, name] = attributePath(call.argument);
  return scope.attribute(logicalId, name);
}

/** `Fn::GetAtt` takes a list of two, or one string with a dot. */
export function attributePath(argument: TemplateValue): readonly [logicalId: string, attribute: string] {
  const parts = typeof argument === 'string' ? splitOnce(argument) : argument;
  const [logicalId, ...rest] = Array.isArray(parts) ? (parts as readonly TemplateValue[]) : [];
  if (typeof logicalId === 'string' && rest.length > 0 && rest.every((part) => typeof part === 'string'))
    return [logicalId, rest.join('.')];
  throw templateError('Template error: every Fn::GetAtt object requires two non-empty parameters');
}

function splitOnce(text: string): readonly string[] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text] : [text.slice(0, dot), text.slice(dot + 1)];
}

function branch(call: IntrinsicCall, scope: Scope): Result {
  const [condition, whenTrue, whenFalse] = listArgument(call, 3);
  if (typeof condition !== 'string') throw templateError('Template error: Fn::If needs the name of a condition');
  return evaluate((scope.condition(condition) ? whenTrue : whenFalse) ?? null, scope);
}

function substitute(call: IntrinsicCall, scope: Scope): string {
  const [template, variables] = Array.isArray(call.argument)
    ? (listArgument(call, 2) as readonly [TemplateValue, TemplateValue])
    : [call.argument, {}];
  if (typeof template !== 'string' || !isObject(variables))
    throw templateError('Template error: Fn::Sub needs a string and a map of variables');
  const parts = subParts(template).map((part) =>
    'text' in part ? part.text : asText(variable(part.name, variables, scope), call),
  );
  return parts.join('');
}

function variable(name: string, variables: TemplateObject, scope: Scope): Result {
  const own = variables[name];
  if (own !== undefined) return evaluate(own, scope);
  if (!name.includes('.')) return scope.ref(name);
  return scope.attribute(...attributePath(name));
}

function join(call: IntrinsicCall, scope: Scope): string {
  const [delimiter, items] = listArgument(call, 2);
  if (typeof delimiter !== 'string') throw templateError('Template error: Fn::Join needs a string as delimiter');
  return asList(evaluate(items ?? null, scope), call)
    .map((item) => asText(item, call))
    .join(delimiter);
}

function select(call: IntrinsicCall, scope: Scope): TemplateValue {
  const [index, items] = listArgument(call, 2).map((item) => evaluate(item, scope));
  const selected = asList(items ?? null, call)[Number(index)];
  if (selected === undefined)
    throw templateError(`Template error: Fn::Select cannot select nonexistent value at index ${textOf(index)}`);
  return selected;
}

function split(call: IntrinsicCall, scope: Scope): TemplateValue {
  const [delimiter, source] = listArgument(call, 2).map((item) => evaluate(item, scope));
  return asText(source ?? null, call).split(asText(delimiter ?? null, call));
}

function findInMap(call: IntrinsicCall, scope: Scope): Result {
  const [map, first, second, options] = listArgument(call);
  const keys = [map, first, second].map((item) => asText(evaluate(item ?? null, scope), call));
  const found = scope.mapping(keys[0] ?? '', keys[1] ?? '', keys[2] ?? '');
  if (found !== undefined) return found;
  if (isObject(options) && options['DefaultValue'] !== undefined) return evaluate(options['DefaultValue'], scope);
  throw templateError(`Template error: Unable to get mapping for ${keys.join('::')}`);
}
