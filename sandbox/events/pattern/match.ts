import type { CompiledPattern, Condition } from './compile.ts';
import { fieldsOf, type Field } from './fields.ts';

type Fields = ReadonlyMap<string, readonly Field[]>;
type Elements = ReadonlyMap<number, number>;

/** Whether an event matches a pattern. Values taken out of one array must come from the same element of it. */
export function matchesPattern(pattern: CompiledPattern, event: unknown): boolean {
  const fields = fieldsOf(event);
  return pattern.alternatives.some((conditions) => satisfied(conditions, 0, fields, new Map()));
}

function satisfied(conditions: readonly Condition[], from: number, fields: Fields, chosen: Elements): boolean {
  const condition = conditions[from];
  if (!condition) return true;
  const found = fields.get(condition.path) ?? [];
  if (found.length === 0) {
    const absentAllowed = condition.matchers.some((matcher) => matcher.kind === 'absent');
    return absentAllowed && satisfied(conditions, from + 1, fields, chosen);
  }
  return found.some((field) => {
    if (!consistent(field.arrays, chosen) || !accepts(condition, field)) return false;
    return satisfied(conditions, from + 1, fields, merged(chosen, field.arrays));
  });
}

function accepts(condition: Condition, field: Field): boolean {
  return condition.matchers.some((matcher) => matcher.kind === 'value' && matcher.matches(field.value));
}

function consistent(elements: Elements, chosen: Elements): boolean {
  for (const [array, index] of elements) if ((chosen.get(array) ?? index) !== index) return false;
  return true;
}

function merged(chosen: Elements, elements: Elements): Elements {
  return elements.size === 0 ? chosen : new Map([...chosen, ...elements]);
}
