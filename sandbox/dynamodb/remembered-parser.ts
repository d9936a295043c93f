import type { Item, Value } from './model.ts';

/** What dynalite's parsers are told: how names and values are to be read, and which nobody has used yet. */
export interface ParseContext {
  readonly attrNames?: Readonly<Record<string, string>> | null | undefined;
  readonly attrVals?: Item | null | undefined;
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
  readonly isKeyCondition?: boolean;
}

/** Turns an expression into a tree that holds the values, or into the text of an error. */
export type Parse = (text: string, options: { readonly context: ParseContext }) => unknown;

interface Remembered {
  /** With the name of a value in place of each. */
  readonly tree: unknown;
  readonly names: readonly string[];
  readonly values: readonly string[];
}

class ValueName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** More different expressions than a program has; beyond it all are forgotten. */
const MOST = 1000;
/** In these the values themselves decide whether the expression is valid; everywhere else only their types do. */
const DEPENDS_ON_VALUES = /between|attribute_type/i;

/**
 * A parser that reads each expression once: requests of one program differ in their values only, and the grammar of
 * conditions tries so many ways that parsing was most of what a small request cost.
 */
export function remembering(parse: Parse): Parse {
  const known = new Map<string, Remembered>();
  return (text, options) => {
    if (DEPENDS_ON_VALUES.test(text)) return parse(text, options);
    const { context } = options;
    const key = keyOf(text, context);
    const remembered = known.get(key);
    if (remembered) return recall(remembered, context);
    const names = Object.keys(context.unusedAttrNames);
    const values = Object.keys(context.unusedAttrVals);
    const tree = parse(text, options);
    if (typeof tree !== 'object') return tree;
    if (known.size >= MOST) known.clear();
    known.set(key, {
      tree: withoutValues(tree, namesOf(context.attrVals ?? {})),
      names: names.filter((name) => !(name in context.unusedAttrNames)),
      values: values.filter((name) => !(name in context.unusedAttrVals)),
    });
    return tree;
  };
}

function keyOf(text: string, { attrNames, attrVals, isKeyCondition }: ParseContext): string {
  const types = Object.entries(attrVals ?? {}).map(([name, value]) => [name, ...Object.keys(value)]);
  return JSON.stringify([text, attrNames, types, isKeyCondition]);
}

function namesOf(values: Item): Map<unknown, string> {
  return new Map(Object.entries(values).map(([name, value]: [string, Value]) => [value, name]));
}

function withoutValues(node: unknown, names: ReadonlyMap<unknown, string>): unknown {
  const name = names.get(node);
  return name === undefined ? copied(node, (inner) => withoutValues(inner, names)) : new ValueName(name);
}

function recall({ tree, names, values }: Remembered, context: ParseContext): unknown {
  for (const name of names) delete context.unusedAttrNames[name];
  for (const name of values) delete context.unusedAttrVals[name];
  return withValues(tree, context.attrVals ?? {});
}

function withValues(node: unknown, values: Item): unknown {
  return node instanceof ValueName ? values[node.name] : copied(node, (inner) => withValues(inner, values));
}

/** Trees hold lists and plain objects, some of them without a prototype. */
function copied(node: unknown, copy: (inner: unknown) => unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(copy);
  const made = Object.create(Object.getPrototypeOf(node) as object | null) as Record<string, unknown>;
  for (const [name, inner] of Object.entries(node)) made[name] = copy(inner);
  return made;
}
