/** A request as the engine wants it: binary in base64, nothing undefined, nothing shared with the caller. */
export function toEngine(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toEngine);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toEngine(member)]));
}

/**
 * An answer of the engine in the SDK's shape. Of all that answers hold, only a binary attribute value is an object
 * whose one member `B` (or `BS`) is a string (or a list of strings).
 */
export function fromEngine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromEngine);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const [name, member] = members[0] ?? [];
  if (members.length === 1 && name === 'B' && typeof member === 'string') return { B: bytes(member) };
  if (members.length === 1 && name === 'BS' && isTexts(member)) return { BS: member.map(bytes) };
  return Object.fromEntries(members.map(([key, inner]) => [key, fromEngine(inner)]));
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function bytes(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
