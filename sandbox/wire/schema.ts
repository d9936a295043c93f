import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef, StaticStructureSchema } from '@smithy/types';

/** Where a member of an input or output travels in HTTP; `body` when no trait says otherwise. */
export interface Member {
  readonly name: string;
  readonly schema: NormalizedSchema;
}

/** Members of a structure by their place in an HTTP message. */
export interface Bindings {
  readonly labels: readonly Member[];
  readonly query: readonly (Member & { readonly key: string })[];
  readonly queryMap: Member | undefined;
  readonly headers: readonly (Member & { readonly key: string })[];
  readonly prefixed: readonly (Member & { readonly key: string })[];
  readonly payload: Member | undefined;
  readonly status: Member | undefined;
  /** Schema of the members that share the body; absent when there are none. */
  readonly body: NormalizedSchema | undefined;
}

const known = new WeakMap<object, Bindings>();

/** Sorts the members of a structure by their HTTP traits; remembered per schema. */
export function bindingsOf(schema: NormalizedSchema): Bindings {
  const found = known.get(schema);
  if (found) return found;
  const bindings = sortMembers(schema);
  known.set(schema, bindings);
  return bindings;
}

/** Members of a structure, none for other schemas. */
export function membersOf(schema: NormalizedSchema): Member[] {
  if (!schema.isStructSchema()) return [];
  return Array.from(schema.structIterator(), ([name, member]) => ({ name, schema: member }));
}

/** Members that the model requires: the first ones of a structure, counted in its seventh field. */
export function requiredMembersOf(schema: NormalizedSchema): Member[] {
  if (!schema.isStructSchema()) return [];
  const count = (schema.getSchema() as StaticStructureSchema)[6] ?? 0;
  return membersOf(schema).slice(0, count);
}

/** The same structure under another name, reduced to some of its members. */
export function structureOf(schema: NormalizedSchema, name: string, members: readonly string[]): NormalizedSchema {
  const [, namespace, , traits, names, schemas] = schema.getSchema() as StaticStructureSchema;
  const kept = members.map((member) => schemas[names.indexOf(member)] as SchemaRef);
  const built: StaticStructureSchema = [3, namespace, name, traits, [...members], kept as StaticStructureSchema[5]];
  return NormalizedSchema.of(built);
}

function sortMembers(schema: NormalizedSchema): Bindings {
  const all = membersOf(schema).map((member) => ({ ...member, traits: member.schema.getMergedTraits() }));
  const keyed = (trait: 'httpQuery' | 'httpHeader' | 'httpPrefixHeaders') =>
    all.flatMap((m) => (m.traits[trait] === undefined ? [] : [{ ...m, key: m.traits[trait] }]));
  const bound = (traits: object): boolean =>
    ['httpLabel', 'httpQuery', 'httpQueryParams', 'httpHeader', 'httpPayload', 'httpResponseCode'].some(
      (trait) => trait in traits,
    ) || 'httpPrefixHeaders' in traits;
  const free = all.filter((m) => !bound(m.traits)).map((m) => m.name);
  return {
    labels: all.filter((m) => m.traits.httpLabel),
    query: keyed('httpQuery'),
    queryMap: all.find((m) => m.traits.httpQueryParams),
    headers: keyed('httpHeader').map((m) => ({ ...m, key: m.key.toLowerCase() })),
    prefixed: keyed('httpPrefixHeaders').map((m) => ({ ...m, key: m.key.toLowerCase() })),
    payload: all.find((m) => m.traits.httpPayload),
    status: all.find((m) => m.traits.httpResponseCode),
    body: free.length > 0 ? structureOf(schema, schema.getName() ?? 'Body', free) : undefined,
  };
}
