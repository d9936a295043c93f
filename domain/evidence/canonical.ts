/** Half of a surrogate pair on its own: it has no UTF-8, so no store gives it back as it was. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * One text for one value, whatever the order of its keys: JSON without white space, with the keys of every object sorted by
 * their UTF-16 code units and numbers as ECMAScript writes them. Source: RFC 8785, "JSON Canonicalization Scheme".
 * Expects what `asKept` returned.
 */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`);
  return `{${fields.join(',')}}`;
}

/** A value as JSON keeps it and as the ledger gives it back: no undefined, no dates, no text without UTF-8. */
export function asKept<T>(value: T): T {
  const text = JSON.stringify(value, (_name, field: unknown) =>
    typeof field === 'string' ? wellFormed(field) : field,
  );
  return JSON.parse(text) as T;
}

function wellFormed(text: string): string {
  return text.replace(LONE_SURROGATES, '\uFFFD');
}
