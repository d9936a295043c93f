import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { queueOperations } from './queues.ts';
import { tagOperations } from './queue-tags.ts';
import { receiptOperations } from './receipts.ts';
import { receiveMessageOperation } from './receive-message.ts';
import { sendOperations } from './send-message.ts';
import type { SqsState } from './state.ts';

/** Amazon SQS: standard and FIFO queues, long polling and dead-letter queues on the world's clock. */
export function createSqs(world: World): { service: Service } {
  const { storage } = world;
  const state: SqsState = {
    world,
    queues: storage.collection('sqs.queues'),
    deleted: storage.collection('sqs.deleted'),
    counters: storage.collection('sqs.counters'),
  };
  const operations = {
    ...queueOperations(state),
    ...tagOperations(state),
    ...sendOperations(state),
    ReceiveMessage: receiveMessageOperation(state),
    ...receiptOperations(state),
  };
  return { service: { id: 'SQS', sdk: () => import('@aws-sdk/client-sqs'), operations } };
}
