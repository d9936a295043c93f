/** Free-form JSON as the text that an API takes; templates may hold it as text already. */
export function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The same for a member that may be absent. */
export function optionalJsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : jsonText(value);
}
