import type { Dimension } from '@aws-sdk/client-cloudwatch';

/** Dimensions of the API as a record. */
export function dimensionRecord(dimensions: readonly Dimension[] | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries((dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? '']));
}

/** A record of dimensions in the shape of the API. */
export function dimensionList(dimensions: Readonly<Record<string, string>>): Dimension[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}
