import { isObject, textOf, type TemplateValue } from '../template/intrinsics.ts';
import type { Shape } from './shape.ts';

/** Turns an evaluated value into the types of its shape: `"30"` into 30 where a number belongs, 30 into `"30"`, … */
export function coerce(value: TemplateValue, shape: Shape): TemplateValue {
  switch (shape.kind) {
    case 'string':
      return typeof value === 'object' ? value : textOf(value);
    case 'number':
      return Number(value);
    case 'boolean':
      return textOf(value) === 'true';
    case 'json':
      return value;
    case 'list':
      return (Array.isArray(value) ? (value as readonly TemplateValue[]) : [value]).map((v) => coerce(v, shape.of));
    case 'map':
      return coerceMembers(value, () => shape.of);
    case 'object':
      return coerceMembers(value, (name) => shape.members[name]);
  }
}

function coerceMembers(value: TemplateValue, shapeOf: (name: string) => Shape | undefined): TemplateValue {
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]) => {
    const shape = shapeOf(name);
    return [name, shape ? coerce(member, shape) : member] as const;
  });
  return Object.fromEntries(entries);
}
