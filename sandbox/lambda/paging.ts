import { invalidParameter } from './errors.ts';

interface Page<T> {
  readonly items: T[];
  readonly NextMarker?: string;
}

/** One page of a list. The marker is opaque to clients. @throws {AwsError} for a marker that the service did not give. */
export function page<T>(
  all: readonly T[],
  request: { Marker?: string | undefined; MaxItems?: number | undefined },
  most = 50,
): Page<T> {
  const start = request.Marker === undefined ? 0 : offsetOf(request.Marker);
  const end = start + Math.min(request.MaxItems ?? most, most);
  const items = all.slice(start, end);
  return end < all.length ? { items, NextMarker: markerOf(end) } : { items };
}

function markerOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset })).toString('base64url');
}

function offsetOf(marker: string): number {
  try {
    const { offset } = JSON.parse(Buffer.from(marker, 'base64url').toString()) as { offset?: unknown };
    if (typeof offset === 'number' && Number.isInteger(offset) && offset >= 0) return offset;
  } catch {
    // Not one of ours: refused below.
  }
  throw invalidParameter('Invalid marker.');
}
