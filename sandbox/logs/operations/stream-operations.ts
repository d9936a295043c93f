import type {
  CreateLogStreamRequest,
  DeleteLogStreamRequest,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream as LogStreamShape,
} from '@aws-sdk/client-cloudwatch-logs';
import { operation, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { alreadyExists, invalidParameter } from '../errors.ts';
import { pageOf } from '../page.ts';
import type { LogStore } from '../store/log-store.ts';
import type { LogStream } from '../store/log-stream.ts';
import { groupNameOf, logGroupArn, streamNeed, writeNeed } from './needs.ts';

/** Operations on log streams. */
export function streamOperations(world: World, store: LogStore): Readonly<Record<string, Operation>> {
  return {
    CreateLogStream: operation<CreateLogStreamRequest, void>({
      needs: (input, within) => [
        writeNeed(store, within, 'CreateLogStream', input.logGroupName ?? '', input.logStreamName ?? ''),
      ],
      handle: (input) => createStream(store, input),
    }),
    DeleteLogStream: operation<DeleteLogStreamRequest, void>({
      needs: (input, within) => [streamNeed(within, 'DeleteLogStream', input.logGroupName ?? '', input.logStreamName)],
      handle: (input) => store.deleteStream(store.stream(input.logGroupName ?? '', input.logStreamName ?? '')),
    }),
    DescribeLogStreams: operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse>({
      needs: (input, within) => [streamNeed(within, 'DescribeLogStreams', groupNameOf(input))],
      handle: (input) => describeStreams(world, store, input),
    }),
  };
}

function createStream(store: LogStore, input: CreateLogStreamRequest): void {
  const { logGroupName: group = '', logStreamName: name = '' } = input;
  store.group(group);
  if (!/^[^:*]{1,512}$/u.test(name))
    throw invalidParameter(
      `1 validation error detected: Value '${name}' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`,
    );
  if (store.hasStream(group, name)) throw alreadyExists('log stream');
  store.createStream(group, name);
}

function describeStreams(world: World, store: LogStore, input: DescribeLogStreamsRequest): DescribeLogStreamsResponse {
  const group = groupNameOf(input);
  store.group(group);
  const byTime = input.orderBy === 'LastEventTime';
  if (byTime && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
  const shapes = store
    .streams(group)
    .filter(({ record }) => record.name.startsWith(input.logStreamNamePrefix ?? ''))
    .map((stream) => shape(world, stream));
  const lastEvent = (each: LogStreamShape): number => each.lastEventTimestamp ?? each.creationTime ?? 0;
  const ordered = byTime ? shapes.sort((a, b) => lastEvent(a) - lastEvent(b)) : shapes;
  const { page, ...rest } = pageOf(
    input.descending ? ordered.toReversed() : ordered,
    input.nextToken,
    input.limit ?? 50,
  );
  return { logStreams: [...page], ...rest };
}

function shape(world: World, stream: LogStream): LogStreamShape {
  const { record } = stream;
  const times = [...stream.entries()].map(([, event]) => event.at);
  return {
    logStreamName: record.name,
    creationTime: record.createdAt,
    ...(times.length > 0 && {
      firstEventTimestamp: times.reduce((least, at) => Math.min(least, at), Infinity),
      lastEventTimestamp: times.reduce((most, at) => Math.max(most, at), -Infinity),
    }),
    ...(stream.lastIngestion !== undefined && { lastIngestionTime: stream.lastIngestion }),
    arn: `${logGroupArn(world, record.group)}:log-stream:${record.name}`,
    uploadSequenceToken: String(stream.next).padStart(56, '0'),
    storedBytes: 0,
  };
}
