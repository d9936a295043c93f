import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  DeleteMessageRequest,
} from '@aws-sdk/client-sqs';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { batchOf } from './batch.ts';
import { invalidValue } from './errors.ts';
import type { Message, Queue } from './model.ts';
import { messagesOf, nameOfUrl, queueNeed, queueOf, type SqsState } from './state.ts';

/** Operations on messages that have been received. */
export function receiptOperations(state: SqsState): Record<string, Operation> {
  const need = (action: string) => (input: { QueueUrl: string | undefined }) => [
    queueNeed(state, action, nameOfUrl(input.QueueUrl)),
  ];
  return {
    DeleteMessage: operation<DeleteMessageRequest, object>({
      needs: need('DeleteMessage'),
      handle: (input) => deleteMessage(state, queueOf(state, input.QueueUrl), input.ReceiptHandle),
    }),
    DeleteMessageBatch: operation<DeleteMessageBatchRequest, DeleteMessageBatchResult>({
      needs: need('DeleteMessage'),
      handle: (input) => {
        const queue = queueOf(state, input.QueueUrl);
        const done = batchOf(input.Entries, (entry) => deleteMessage(state, queue, entry.ReceiptHandle));
        return done;
      },
    }),
    ChangeMessageVisibility: operation<ChangeMessageVisibilityRequest, object>({
      needs: need('ChangeMessageVisibility'),
      handle: (input) => changeVisibility(state, queueOf(state, input.QueueUrl), input),
    }),
    ChangeMessageVisibilityBatch: operation<ChangeMessageVisibilityBatchRequest, ChangeMessageVisibilityBatchResult>({
      needs: need('ChangeMessageVisibility'),
      handle: (input) => {
        const queue = queueOf(state, input.QueueUrl);
        const done = batchOf(input.Entries, (entry) => changeVisibility(state, queue, entry));
        return done;
      },
    }),
  };
}

/** Deleting twice succeeds; a handle that a later receipt has replaced deletes nothing. */
function deleteMessage(state: SqsState, queue: Queue, handle: string | undefined): object {
  const message = messageOf(state, queue, handle);
  if (message?.receipt === handle && message) messagesOf(state, queue.name).delete(message.id);
  return {};
}

function changeVisibility(
  state: SqsState,
  queue: Queue,
  input: { ReceiptHandle: string | undefined; VisibilityTimeout?: number | undefined },
): object {
  const timeout = input.VisibilityTimeout ?? 0;
  if (timeout < 0 || timeout > 43_200)
    throw invalidValue(
      `Value ${timeout} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200.`,
    );
  const now = state.world.clock.now();
  const message = messageOf(state, queue, input.ReceiptHandle);
  if (message?.receipt !== input.ReceiptHandle || !message || message.visibleAt <= now)
    throw invalidValue(
      `Value ${input.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  messagesOf(state, queue.name).put(message.id, { ...message, visibleAt: now + timeout * 1000 });
  return {};
}

function messageOf(state: SqsState, queue: Queue, handle: string | undefined): Message | undefined {
  const [, id] = Buffer.from(handle ?? '', 'base64')
    .toString()
    .split(' ');
  if (id) return messagesOf(state, queue.name).get(id);
  const message = `The input receipt handle "${handle}" is not a valid receipt handle.`;
  throw new AwsError('ReceiptHandleIsInvalid', message, { status: 404 });
}
