import { invalidParameter } from './errors.ts';

/** What a filter policy may ask of a value; the rest is refused when the policy is set. */
const MATCHERS = ['prefix', 'suffix', 'equals-ignore-case', 'anything-but', 'numeric', 'exists', 'cidr'] as const;

type Condition = string | number | boolean | null | Readonly<Record<string, unknown>>;
export type FilterPolicy = { readonly [key: string]: readonly Condition[] | readonly FilterPolicy[] | FilterPolicy };

/**
 * Reads a filter policy.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
 * @throws AwsError InvalidParameterException
 */
export function parseFilterPolicy(text: string): FilterPolicy {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalidParameter('FilterPolicy: failed to parse JSON.');
  }
  checkPolicy(policy);
  return policy as FilterPolicy;
}

function checkPolicy(policy: unknown): void {
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy))
    throw invalidParameter('FilterPolicy: Filter policy must be a JSON object');
  for (const [key, value] of Object.entries(policy)) {
    if (key === '$or' && Array.isArray(value)) for (const one of value) checkPolicy(one);
    else if (!Array.isArray(value)) checkNested(key, value);
    else if (value.length === 0) throw invalidParameter(`FilterPolicy: Empty arrays are not allowed`);
    else for (const condition of value) checkCondition(condition);
  }
}

function checkNested(key: string, value: unknown): void {
  if (typeof value !== 'object' || value === null)
    throw invalidParameter(`FilterPolicy: "${key}" must be an object or an array`);
  checkPolicy(value);
}

function checkCondition(condition: unknown): void {
  if (typeof condition !== 'object' || condition === null) return;
  const [matcher, ...more] = Object.keys(condition);
  if (more.length > 0 || !MATCHERS.some((known) => known === matcher))
    throw invalidParameter(`FilterPolicy: Unrecognized match type ${matcher}`);
}

/** Values by key, or nested; what a message offers to a filter policy. */
export type Candidate = { readonly [key: string]: unknown };

/** Whether a message passes: every key must be matched by one of its conditions. */
export function passes(policy: FilterPolicy, candidate: Candidate): boolean {
  return Object.entries(policy).every(([key, wanted]) => {
    if (key === '$or') return (wanted as readonly FilterPolicy[]).some((one) => passes(one, candidate));
    if (!Array.isArray(wanted)) return nested(candidate[key]).some((inner) => passes(wanted as FilterPolicy, inner));
    return (wanted as readonly Condition[]).some((condition) => meets(condition, candidate[key]));
  });
}

/** Objects under a key, also those in a list. An absent one can still satisfy `exists: false`. */
function nested(value: unknown): Candidate[] {
  if (value === undefined) return [{}];
  return [value].flat().filter((one): one is Candidate => typeof one === 'object' && one !== null);
}

function meets(condition: Condition, value: unknown): boolean {
  if (typeof condition === 'object' && condition !== null && 'exists' in condition)
    return condition['exists'] === (value !== undefined);
  const values = value === undefined ? [] : [value].flat();
  return values.some((one) => meetsOne(condition, one));
}

function meetsOne(condition: Condition, value: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return condition === value;
  const [matcher = '', operand] = Object.entries(condition)[0] ?? [];
  switch (matcher as (typeof MATCHERS)[number]) {
    case 'prefix':
      return typeof value === 'string' && value.startsWith(String(operand));
    case 'suffix':
      return typeof value === 'string' && value.endsWith(String(operand));
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase();
    case 'anything-but':
      return !([operand].flat() as Condition[]).some((one) => meetsOne(one, value));
    case 'numeric':
      return typeof value === 'number' && inRange(operand as readonly unknown[], value);
    case 'cidr':
      return typeof value === 'string' && inNetwork(String(operand), value);
    case 'exists':
      return false;
  }
}

/** `["<", 5]`, or two such pairs. */
function inRange(operand: readonly unknown[], value: number): boolean {
  for (let i = 0; i < operand.length; i += 2)
    if (!compares(String(operand[i]), value, Number(operand[i + 1]))) return false;
  return true;
}

function compares(operator: string, value: number, bound: number): boolean {
  switch (operator) {
    case '=':
      return value === bound;
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '>':
      return value > bound;
    case '>=':
      return value >= bound;
    default:
      return false;
  }
}

/** IPv4 only, as `10.0.0.0/24`. */
function inNetwork(network: string, address: string): boolean {
  const [base = '', bits = '32'] = network.split('/');
  const shift = 32 - Number(bits);
  const [a, b] = [numberOf(base), numberOf(address)];
  return a !== undefined && b !== undefined && Math.floor(a / 2 ** shift) === Math.floor(b / 2 ** shift);
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  const valid = parts.length === 4 && parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255);
  return valid ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
