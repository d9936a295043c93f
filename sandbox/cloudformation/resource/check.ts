import { intrinsicCall, isObject, textOf, type TemplateValue } from '../template/intrinsics.ts';
import type { ObjectShape, Shape } from './shape.ts';

/**
 * What is wrong with a resource's properties as the template writes them: members that the sandbox does not support,
 * values of the wrong kind, required members that are missing. Intrinsic functions count as right, but both branches
 * of `Fn::If` are looked into.
 */
export function checkProperties(properties: TemplateValue, shape: ObjectShape): readonly string[] {
  return check(properties, shape, '');
}

function check(value: TemplateValue, shape: Shape, path: string): readonly string[] {
  const call = intrinsicCall(value);
  if (call?.name === 'Fn::If' && Array.isArray(call.argument))
    return (call.argument as readonly TemplateValue[]).slice(1).flatMap((branch) => check(branch, shape, path));
  if (call) return [];
  switch (shape.kind) {
    case 'string':
      return checkText(value, shape.oneOf, path);
    case 'number':
      return value !== '' && Number.isFinite(Number(value)) && value !== null ? [] : [wrong(path, 'a number', value)];
    case 'boolean':
      return ['true', 'false'].includes(textOf(value)) ? [] : [wrong(path, 'a boolean', value)];
    case 'json':
      return [];
    case 'list':
      if (!Array.isArray(value)) return [wrong(path, 'a list', value)];
      return (value as readonly TemplateValue[]).flatMap((item, i) => check(item, shape.of, `${path}[${i}]`));
    case 'map':
      if (!isObject(value)) return [wrong(path, 'an object', value)];
      return Object.entries(value).flatMap(([key, item]) => check(item, shape.of, join(path, key)));
    case 'object':
      return checkObject(value, shape, path);
  }
}

function checkText(value: TemplateValue, allowed: readonly string[] | undefined, path: string): readonly string[] {
  if (value === null || typeof value === 'object') return [wrong(path, 'a string', value)];
  if (!allowed || allowed.includes(textOf(value))) return [];
  return [`the sandbox does not support ${path} = ${JSON.stringify(value)}; it supports ${allowed.join(', ')}`];
}

function checkObject(value: TemplateValue, shape: ObjectShape, path: string): readonly string[] {
  if (!isObject(value)) return [wrong(path, 'an object', value)];
  const missing = shape.required
    .filter((name) => value[name] === undefined)
    .map((name) => `required key [${join(path, name)}] not found`);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const known = shape.members[name];
    return known ? check(member, known, join(path, name)) : [`the sandbox does not support ${join(path, name)}`];
  });
  return [...missing, ...members];
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function wrong(path: string, expected: string, got: TemplateValue): string {
  return `expected ${path} to be ${expected}, got ${JSON.stringify(got)}`;
}
