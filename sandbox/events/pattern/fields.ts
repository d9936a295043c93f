/** A value at the end of a path in an event. */
export type Leaf = string | number | boolean | null;

/**
 * One value of an event with its dot-joined path. `arrays` says which element of which array it came out of: two
 * fields can only match together when they come from the same element of every array that they share.
 */
export interface Field {
  readonly path: string;
  readonly value: Leaf;
  readonly arrays: ReadonlyMap<number, number>;
}

const NO_ARRAYS: ReadonlyMap<number, number> = new Map();

/** Flattens an event into its fields by path. Keys that contain dots and nested keys give the same path, as on AWS. */
export function fieldsOf(event: unknown): ReadonlyMap<string, readonly Field[]> {
  const byPath = new Map<string, Field[]>();
  let arrayCount = 0;
  const visit = (path: string, value: unknown, arrays: ReadonlyMap<number, number>): void => {
    if (Array.isArray(value)) {
      const id = arrayCount++;
      value.forEach((element: unknown, index) => visit(path, element, new Map([...arrays, [id, index]])));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, child] of Object.entries(value)) visit(path === '' ? key : `${path}.${key}`, child, arrays);
    } else if (value !== undefined) {
      add(byPath, { path, value: value as Leaf, arrays });
    }
  };
  visit('', event, NO_ARRAYS);
  return byPath;
}

function add(byPath: Map<string, Field[]>, field: Field): void {
  const known = byPath.get(field.path);
  if (known) known.push(field);
  else byPath.set(field.path, [field]);
}
