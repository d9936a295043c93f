import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMembersOf } from '../../../../sandbox/wire/schema.ts';

/** What a generated value has to survive: where it travels decides which values it can hold. */
export interface Generation {
  /** Nesting below which optional members that recurse are left out. */
  readonly depth: number;
  /** Fractions of a second; HTTP dates cannot hold any. */
  readonly wholeSeconds: boolean;
}

let counter = 0;

/** A value with every member of the schema set, different at each place. */
export function generate(schema: NormalizedSchema, generation: Generation = { depth: 4, wholeSeconds: true }): unknown {
  const next = { ...generation, depth: generation.depth - 1 };
  const n = ++counter;
  if (schema.isUnionSchema()) return Object.fromEntries(members(schema, next).slice(0, 1));
  if (schema.isStructSchema()) return Object.fromEntries(members(schema, next));
  if (schema.isListSchema()) return [generate(schema.getValueSchema(), next), generate(schema.getValueSchema(), next)];
  if (schema.isMapSchema())
    return { [`k${n}`]: generate(schema.getValueSchema(), next), [`k${n}b`]: generate(schema.getValueSchema(), next) };
  if (schema.isBlobSchema()) return new Uint8Array([n % 256, 1, 2, 255]);
  if (schema.isBooleanSchema()) return n % 2 === 0;
  if (schema.isNumericSchema()) return n;
  if (schema.isTimestampSchema()) return new Date(Date.UTC(2026, 0, 1) + n * 1000);
  return `text ${n} <&"é>`;
}

function members(schema: NormalizedSchema, generation: Generation): [string, unknown][] {
  const out: [string, unknown][] = [];
  const required = new Set(requiredMembersOf(schema).map((member) => member.name));
  for (const [name, member] of schema.structIterator()) {
    if (
      generation.depth < 0 &&
      !required.has(name) &&
      (member.isStructSchema() || member.isListSchema() || member.isMapSchema())
    )
      continue;
    out.push([name, generateMember(member, generation)]);
  }
  return out;
}

/** Headers hold printable ASCII only; a status has to be one of success. */
function generateMember(member: NormalizedSchema, generation: Generation): unknown {
  const traits = member.getMergedTraits();
  if (traits.httpResponseCode) return 202;
  const value = generate(member, generation);
  if (!traits.httpHeader && !traits.httpPrefixHeaders) return value;
  return ascii(value);
}

function ascii(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/[^\x20-\x7e]|[<&">]/g, '_').trim();
  if (Array.isArray(value)) return value.map(ascii);
  if (value instanceof Date || value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, ascii(each)]));
}
