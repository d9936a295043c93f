import type { Service } from '../core/service.ts';
import type { Datum, World } from '../core/world.ts';
import { AlarmBook } from './alarms/alarm-book.ts';
import { alarmOperations } from './operations/alarm-operations.ts';
import { describeAlarmOperations } from './operations/describe-alarms.ts';
import { metricOperations } from './operations/metric-operations.ts';
import { putAlarmOperations } from './operations/put-alarm.ts';
import { MetricStore } from './store/metric-store.ts';

export interface CloudWatchOptions {
  /** How long after its arrival a datum is visible to queries and alarms, in sandbox milliseconds; 0 when absent. */
  readonly metricDelayMs?: number | undefined;
}

/** CloudWatch: metrics and alarms. */
export interface CloudWatch {
  readonly service: Service;
  /** Takes one observation of an AWS service; synchronous and cheap. */
  readonly metric: (datum: Datum) => void;
}

/** Builds CloudWatch. Alarms keep a timer only while there is data that could change their state. */
export function createCloudWatch(world: World, options: CloudWatchOptions = {}): CloudWatch {
  const store = new MetricStore(world.clock, world.storage, options.metricDelayMs ?? 0);
  const alarms = new AlarmBook(world, store);
  const context = { world, store, alarms };
  const service: Service = {
    id: 'CloudWatch',
    sdk: () => import('@aws-sdk/client-cloudwatch'),
    operations: {
      ...metricOperations(context),
      ...putAlarmOperations(context),
      ...describeAlarmOperations(context),
      ...alarmOperations(context),
    },
    start: () => alarms.resume(),
    stop: () => {
      alarms.stop();
      store.save();
    },
  };
  return { service, metric: (datum) => store.record(datum) };
}
