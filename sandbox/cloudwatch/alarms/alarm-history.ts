import type { AlarmHistoryItem, HistoryItemType } from '@aws-sdk/client-cloudwatch';
import type { Collection } from '../../core/collection.ts';
import type { World } from '../../core/world.ts';
import type { AlarmRecord } from './alarm.ts';

/** CloudWatch keeps alarm history for 30 days. */
const KEEP_MS = 30 * 86_400_000;

interface StoredItem {
  readonly order: number;
  readonly item: AlarmHistoryItem;
}

/** What happened to alarms: changes of configuration and state, and actions. */
export class AlarmHistory {
  readonly #world: World;
  readonly #items: Collection<StoredItem>;
  #next: number;

  constructor(world: World) {
    this.#world = world;
    this.#items = world.storage.collection<StoredItem>('cloudwatch.alarm-history');
    this.#next = [...this.#items.values()].reduce((next, { order }) => Math.max(next, order + 1), 0);
  }

  add(alarm: AlarmRecord, type: HistoryItemType, summary: string, data: object): void {
    const order = this.#next++;
    const item = {
      AlarmName: alarm.name,
      AlarmType: alarm.kind,
      Timestamp: new Date(this.#world.clock.now()),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: JSON.stringify(data),
    };
    this.#items.put(String(order), { order, item });
    this.#forget();
  }

  /** Oldest first. */
  all(): readonly AlarmHistoryItem[] {
    return [...this.#items.values()].sort((a, b) => a.order - b.order).map(({ item }) => item);
  }

  #forget(): void {
    const limit = this.#world.clock.now() - KEEP_MS;
    for (const { order, item } of this.#items.values()) {
      if ((item.Timestamp?.getTime() ?? 0) >= limit) return;
      this.#items.delete(String(order));
    }
  }
}
