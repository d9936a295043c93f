import type { NormalizedSchema } from '@smithy/core/schema';
import { membersOf } from './schema.ts';
import { fromText } from './text-value.ts';

/** A form's keys as a tree: `A.member.1.B=x` is reached by the path A, member, 1, B. */
interface Node {
  text: string | undefined;
  readonly children: Map<string, Node>;
}

/** Reads the input of an awsQuery operation from form fields. Source: the awsQuery chapter of the Smithy specification. */
export function decodeForm(schema: NormalizedSchema, fields: URLSearchParams): Record<string, unknown> {
  const root: Node = { text: undefined, children: new Map() };
  for (const [key, text] of fields) nodeAt(root, key.split('.')).text = text;
  return readStruct(schema, root);
}

function nodeAt(root: Node, path: readonly string[]): Node {
  let node = root;
  for (const step of path) {
    const next = node.children.get(step) ?? { text: undefined, children: new Map<string, Node>() };
    node.children.set(step, next);
    node = next;
  }
  return node;
}

function readStruct(schema: NormalizedSchema, node: Node): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const { name, schema: member } of membersOf(schema)) {
    const child = node.children.get(member.getMergedTraits().xmlName ?? name) ?? node.children.get(name);
    if (child) out[name] = readValue(member, child);
  }
  return out;
}

function readValue(schema: NormalizedSchema, node: Node): unknown {
  if (schema.isStructSchema()) return readStruct(schema, node);
  if (schema.isListSchema()) return readList(schema, node);
  if (schema.isMapSchema()) return readMap(schema, node);
  return fromText(schema, node.text ?? '');
}

/** `Name.member.N`, or `Name.N` when flattened; either is taken, as clients of different age send both. */
function readList(schema: NormalizedSchema, node: Node): unknown[] {
  const member = schema.getValueSchema();
  const nested = node.children.get(member.getMergedTraits().xmlName ?? 'member') ?? node.children.get('member');
  return numbered(nested ?? node).map((item) => readValue(member, item));
}

function readMap(schema: NormalizedSchema, node: Node): Record<string, unknown> {
  const key = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
  const value = schema.getValueSchema();
  const valueName = value.getMergedTraits().xmlName ?? 'value';
  const entries = numbered(node.children.get('entry') ?? node);
  return Object.fromEntries(
    entries.map((entry) => [
      entry.children.get(key)?.text ?? '',
      readValue(value, entry.children.get(valueName) ?? { text: '', children: new Map() }),
    ]),
  );
}

function numbered(node: Node): Node[] {
  const items = [...node.children].filter(([name]) => /^\d+$/.test(name));
  return items.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
}
