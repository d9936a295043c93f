import { z } from 'zod';
import { valueAt } from './value-at.ts';

/** The keys that a schema knows at a path, with the branch of a union chosen by what the document holds there. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[], document: unknown): string[] {
  let here: z.core.$ZodType = schema;
  path.forEach((key, index) => {
    here = child(settle(here, valueAt(document, path.slice(0, index))), key) ?? z.unknown();
  });
  const object = settle(here, valueAt(document, path));
  return object instanceof z.ZodObject ? Object.keys(object.shape) : [];
}

/** Takes optional and default wrappers off and picks the branch of a union that fits the value. */
function settle(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return settle(schema.def.innerType, value);
  }
  if (schema instanceof z.ZodUnion) return settle(branchFor(schema, value), value);
  return schema;
}

function branchFor(union: z.ZodUnion, value: unknown): z.core.$ZodType {
  const objects = union.def.options.filter((option) => option instanceof z.ZodObject);
  const matching = objects.find((option) => discriminatorsFit(option, value));
  return matching ?? objects[0] ?? z.unknown();
}

function discriminatorsFit(option: z.ZodObject, value: unknown): boolean {
  return Object.entries(option.shape).every(
    ([key, field]) => !(field instanceof z.ZodLiteral) || field.safeParse(valueAt(value, [key])).success,
  );
}

function child(schema: z.core.$ZodType, key: PropertyKey): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, z.core.$ZodType>)[key];
  return undefined;
}
