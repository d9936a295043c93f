/** Tags as the services take them that want a map; `undefined` when there are none. */
export function tagRecord(
  tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined,
): Record<string, string> | undefined {
  if (!tags?.length) return undefined;
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}
