import type {
  ListDeadLetterSourceQueuesRequest,
  ListDeadLetterSourceQueuesResult,
  ListQueueTagsRequest,
  ListQueueTagsResult,
  TagQueueRequest,
  UntagQueueRequest,
} from '@aws-sdk/client-sqs';
import { operation, type Operation } from '../core/service.ts';
import { redrivePolicy } from './queue-attributes.ts';
import { nameOfUrl, queueArn, queueNeed, queueOf, queueUrl, type SqsState } from './state.ts';

/** Tags of queues, and which queues send their dead letters to one. */
export function tagOperations(state: SqsState): Record<string, Operation> {
  const need = (action: string) => (input: { QueueUrl: string | undefined }) => [
    queueNeed(state, action, nameOfUrl(input.QueueUrl)),
  ];
  return {
    TagQueue: operation<TagQueueRequest, object>({
      needs: need('TagQueue'),
      handle: (input) => {
        const queue = queueOf(state, input.QueueUrl);
        state.queues.put(queue.name, { ...queue, tags: { ...queue.tags, ...input.Tags } });
        return {};
      },
    }),
    UntagQueue: operation<UntagQueueRequest, object>({
      needs: need('UntagQueue'),
      handle: (input) => {
        const queue = queueOf(state, input.QueueUrl);
        const kept = Object.entries(queue.tags).filter(([key]) => !input.TagKeys?.includes(key));
        state.queues.put(queue.name, { ...queue, tags: Object.fromEntries(kept) });
        return {};
      },
    }),
    ListQueueTags: operation<ListQueueTagsRequest, ListQueueTagsResult>({
      needs: need('ListQueueTags'),
      handle: (input) => {
        const { tags } = queueOf(state, input.QueueUrl);
        return Object.keys(tags).length > 0 ? { Tags: { ...tags } } : {};
      },
    }),
    ListDeadLetterSourceQueues: deadLetterSources(state),
  };
}

function deadLetterSources(state: SqsState): Operation {
  return operation<ListDeadLetterSourceQueuesRequest, ListDeadLetterSourceQueuesResult>({
    needs: (input) => [queueNeed(state, 'ListDeadLetterSourceQueues', nameOfUrl(input.QueueUrl))],
    handle: (input, call) => {
      const arn = queueArn(state.world, queueOf(state, input.QueueUrl).name);
      const sources = [...state.queues.values()].filter(
        ({ attributes }) => redrivePolicy(attributes['RedrivePolicy'])?.deadLetterTargetArn === arn,
      );
      return { queueUrls: sources.map(({ name }) => queueUrl(call, name)) };
    },
  });
}
