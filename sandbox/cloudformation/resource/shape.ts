/**
 * What a resource type's properties may be. The same description refuses what the sandbox does not support, before
 * anything is created, and turns values into the types that the service's API takes: templates may write numbers and
 * booleans as strings, and the other way round.
 */
export type Shape =
  | { readonly kind: 'string'; readonly oneOf?: readonly string[] }
  | { readonly kind: 'number' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'json' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'map'; readonly of: Shape }
  | ObjectShape;

export interface ObjectShape {
  readonly kind: 'object';
  readonly members: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
}

/** The TypeScript type of values of a shape; members are optional, as templates leave them out. */
export type ValueOf<S extends Shape> = S extends { kind: 'string' }
  ? string
  : S extends { kind: 'number' }
    ? number
    : S extends { kind: 'boolean' }
      ? boolean
      : S extends { kind: 'json' }
        ? unknown
        : S extends { kind: 'list'; of: infer T extends Shape }
          ? readonly ValueOf<T>[]
          : S extends { kind: 'map'; of: infer T extends Shape }
            ? Readonly<Record<string, ValueOf<T>>>
            : S extends { kind: 'object'; members: infer M extends Readonly<Record<string, Shape>> }
              ? { readonly [K in keyof M]?: ValueOf<M[K]> | undefined }
              : never;

export const text = { kind: 'string' } as const;
export const number = { kind: 'number' } as const;
export const flag = { kind: 'boolean' } as const;
/** Free-form JSON: policy documents, event patterns. May also be given as a string. */
export const json = { kind: 'json' } as const;

/** A string with the only values that the sandbox supports. */
export function oneOf<const T extends readonly string[]>(...values: T): { kind: 'string'; oneOf: T } {
  return { kind: 'string', oneOf: values };
}

export function listOf<const S extends Shape>(of: S): { kind: 'list'; of: S } {
  return { kind: 'list', of };
}

export function mapOf<const S extends Shape>(of: S): { kind: 'map'; of: S } {
  return { kind: 'map', of };
}

/** An object with these members, of which `required` must be there. */
export function object<const M extends Readonly<Record<string, Shape>>>(
  members: M,
  required: readonly (keyof M & string)[] = [],
): { kind: 'object'; members: M; required: readonly string[] } {
  return { kind: 'object', members, required };
}

/** `Tags` as most resource types have them. */
export const tagList = listOf(object({ Key: text, Value: text }, ['Key', 'Value']));
