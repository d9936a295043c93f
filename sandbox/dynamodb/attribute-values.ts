/** A request as the engine wants it: binary in base64, nothing undefined, nothing shared with the caller. */
export function toEngine(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toEngine);
  return mapped(value, toEngine);
}

/**
 * An answer of the engine in the SDK's shape. Of all that answers hold, only a binary attribute value is an object
 * whose one member `B` (or `BS`) is a string (or a list of strings).
 */
export function fromEngine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromEngine);
  if (typeof value !== 'object' || value === null) return value;
  return ('B' in value || 'BS' in value ? binary(value) : undefined) ?? mapped(value, fromEngine);
}

function binary(value: object): object | undefined {
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const [name, member] = members[0] ?? [];
  if (members.length === 1 && name === 'B' && typeof member === 'string') return { B: bytes(member) };
  if (members.length === 1 && name === 'BS' && isTexts(member)) return { BS: member.map(bytes) };
  return undefined;
}

/** The object with each of its members converted, without those that are undefined. */
function mapped(value: object, convert: (member: unknown) => unknown): object {
  const members: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) if (member !== undefined) members[name] = convert(member);
  return members;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
