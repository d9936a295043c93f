import type { World } from '../../core/world.ts';
import type { AlarmBook } from '../alarms/alarm-book.ts';
import type { MetricStore } from '../store/metric-store.ts';

/** What the operations of CloudWatch work on. */
export interface CloudWatchContext {
  readonly world: World;
  readonly store: MetricStore;
  readonly alarms: AlarmBook;
}
