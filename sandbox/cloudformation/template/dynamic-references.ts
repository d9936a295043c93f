import type { World } from '../../core/world.ts';
import { templateError } from '../errors.ts';
import { isObject, textOf, type TemplateValue } from './intrinsics.ts';

const REFERENCE = /\{\{resolve:([^}]*)\}\}/g;

/**
 * Replaces dynamic references (`{{resolve:ssm:…}}`, `{{resolve:secretsmanager:…}}`) in every string of a value.
 * Source: CloudFormation user guide, "Get values stored in other services using dynamic references".
 * @throws AwsError ValidationError for a reference that cannot be resolved.
 */
export async function resolveDynamicReferences(world: World, value: TemplateValue): Promise<TemplateValue> {
  if (typeof value === 'string') return resolveText(world, value);
  if (Array.isArray(value)) {
    const items: TemplateValue[] = [];
    for (const item of value as readonly TemplateValue[]) items.push(await resolveDynamicReferences(world, item));
    return items;
  }
  if (!isObject(value)) return value;
  const members: Record<string, TemplateValue> = {};
  for (const [key, member] of Object.entries(value)) members[key] = await resolveDynamicReferences(world, member);
  return members;
}

async function resolveText(world: World, text: string): Promise<string> {
  if (!text.includes('{{resolve:')) return text;
  const parts: string[] = [];
  let from = 0;
  for (const found of text.matchAll(REFERENCE)) {
    parts.push(text.slice(from, found.index), await resolveReference(world, found[1] ?? ''));
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)].join('');
}

function resolveReference(world: World, reference: string): Promise<string> {
  const [service] = reference.split(':', 1);
  const body = reference.slice((service ?? '').length + 1);
  switch (service) {
    case 'ssm':
    case 'ssm-secure':
      return parameter(world, body);
    case 'secretsmanager':
      return secret(world, body);
    default:
      throw templateError(`the sandbox does not support the dynamic reference {{resolve:${reference}}}`);
  }
}

async function parameter(world: World, body: string): Promise<string> {
  const input = { Name: body, WithDecryption: true };
  const found = await world.call<{ Parameter?: { Value?: string } }>('SSM', 'GetParameter', input, { kind: 'account' });
  return found.Parameter?.Value ?? '';
}

/** `secret-id:SecretString:json-key:version-stage:version-id`; the id may be an ARN, which has colons of its own. */
async function secret(world: World, body: string): Promise<string> {
  const [, id = body, rest = ''] =
    /^(arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:[^:]*|[^:]*)(?::(.*))?$/.exec(body) ?? [];
  const [kind = 'SecretString', key = '', stage = '', version = ''] = rest.split(':');
  if (kind !== 'SecretString' && kind !== '')
    throw templateError(`the sandbox does not support ${kind} in {{resolve:secretsmanager:${body}}}`);
  const input = { SecretId: id, ...(stage && { VersionStage: stage }), ...(version && { VersionId: version }) };
  const found = await world.call<{ SecretString?: string }>('Secrets Manager', 'GetSecretValue', input, {
    kind: 'account',
  });
  return key === '' ? (found.SecretString ?? '') : secretMember(found.SecretString ?? '', key, body);
}

function secretMember(text: string, key: string, reference: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) && value[key] !== undefined) return textOf(value[key]);
  } catch {
    throw templateError(`Could not parse SecretString JSON of {{resolve:secretsmanager:${reference}}}`);
  }
  throw templateError(`Could not find a value associated with JSONKey in SecretString (${reference})`);
}
