import type { BusEvent, World } from '../core/world.ts';

/** An event as rules match it and targets receive it. */
export interface EventDocument {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601 to the second, as EventBridge writes it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Gives an event its envelope: a new id, the account, the Region, and the time to the second. */
export function documentOf(world: World, event: BusEvent): EventDocument {
  return {
    version: '0',
    id: world.random.uuid(),
    'detail-type': event.detailType,
    source: event.source,
    account: world.accountId,
    time: isoSeconds(event.at ?? world.clock.now()),
    region: world.region,
    resources: [...(event.resources ?? [])],
    detail: event.detail,
  };
}

/** `2026-11-23T07:02:09Z` for sandbox milliseconds. */
export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
