import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { groupOperations } from './operations/group-operations.ts';
import { policyOperations } from './operations/policy-operations.ts';
import { putLogEvents } from './operations/put-log-events.ts';
import { readOperations } from './operations/read-operations.ts';
import { streamOperations } from './operations/stream-operations.ts';
import { LogStore } from './store/log-store.ts';

/** CloudWatch Logs. */
export interface Logs {
  readonly service: Service;
  /**
   * Appends one message, stamped `at` sandbox milliseconds; group and stream are made when they are not there. A
   * stream keeps its last 10,000 events, all streams together the last 200,000.
   */
  readonly log: (group: string, stream: string, message: string, at: number) => void;
}

/** Builds CloudWatch Logs: groups, streams, events, filters, retention and resource policies. */
export function createLogs(world: World): Logs {
  const store = new LogStore(world);
  const service: Service = {
    id: 'CloudWatch Logs',
    sdk: () => import('@aws-sdk/client-cloudwatch-logs'),
    operations: {
      ...groupOperations(world, store),
      ...streamOperations(world, store),
      PutLogEvents: putLogEvents(world, store),
      ...readOperations(store),
      ...policyOperations(world, store),
    },
  };
  return { service, log: (group, stream, message, at) => store.append(group, stream, message, at) };
}
