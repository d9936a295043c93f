import type {
  FilteredLogEvent,
  FilterLogEventsRequest,
  FilterLogEventsResponse,
  GetLogEventsRequest,
  GetLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import { operation, type Operation } from '../../core/service.ts';
import { invalidParameter } from '../errors.ts';
import { compileFilter } from '../filter/compile-filter.ts';
import { pageOf } from '../page.ts';
import type { LogEventRecord } from '../store/log-records.ts';
import type { LogStore } from '../store/log-store.ts';
import type { LogStream } from '../store/log-stream.ts';
import { groupNameOf, streamNeed } from './needs.ts';

/** Events on a page unless the caller asks for fewer. */
const PAGE = 10_000;

/** GetLogEvents and FilterLogEvents. */
export function readOperations(store: LogStore): Readonly<Record<string, Operation>> {
  return {
    GetLogEvents: operation<GetLogEventsRequest, GetLogEventsResponse>({
      needs: (input, world) => [streamNeed(world, 'GetLogEvents', groupNameOf(input), input.logStreamName)],
      handle: (input) => getLogEvents(store, input),
    }),
    FilterLogEvents: operation<FilterLogEventsRequest, FilterLogEventsResponse>({
      needs: (input, world) => [streamNeed(world, 'FilterLogEvents', groupNameOf(input))],
      handle: (input) => filterLogEvents(store, input),
      differs: 'no regular expressions and no space-delimited patterns',
    }),
  };
}

type Numbered = readonly [number: number, event: LogEventRecord];

/** Pages go forward or backward through the stream; at either end the token stays what it was. */
function getLogEvents(store: LogStore, input: GetLogEventsRequest): GetLogEventsResponse {
  const stream = store.stream(groupNameOf(input), input.logStreamName ?? '');
  const limit = Math.min(input.limit ?? PAGE, PAGE);
  const expiry = store.expiryOf(stream.record.group);
  const all = [...stream.entries()].filter(([, event]) => within(event, input, expiry));
  const page = pageAround(all, input, limit);
  const position = positionOf(input.nextToken) ?? { number: stream.next };
  return {
    events: byTime(page).map(([, { at, message, ingestedAt }]) => ({
      timestamp: at,
      message,
      ingestionTime: ingestedAt,
    })),
    nextForwardToken: `f/${token((page.at(-1)?.[0] ?? position.number - 1) + 1)}`,
    nextBackwardToken: `b/${token(page[0]?.[0] ?? position.number)}`,
  };
}

function pageAround(all: readonly Numbered[], input: GetLogEventsRequest, limit: number): readonly Numbered[] {
  const position = positionOf(input.nextToken);
  if (!position) return input.startFromHead ? all.slice(0, limit) : all.slice(-limit);
  if (position.forward) return all.filter(([number]) => number >= position.number).slice(0, limit);
  return all.filter(([number]) => number < position.number).slice(-limit);
}

function positionOf(text: string | undefined): { forward: boolean; number: number } | undefined {
  if (text === undefined) return undefined;
  const match = /^([fb])\/(\d+)$/u.exec(text);
  if (!match) throw invalidParameter('The specified nextToken is invalid.');
  return { forward: match[1] === 'f', number: Number(match[2]) };
}

function token(number: number): string {
  return String(Math.max(0, number)).padStart(56, '0');
}

function within(
  event: LogEventRecord,
  range: { startTime?: number | undefined; endTime?: number | undefined },
  expiry: number,
): boolean {
  return event.at >= Math.max(range.startTime ?? -Infinity, expiry) && event.at < (range.endTime ?? Infinity);
}

function byTime(page: readonly Numbered[]): readonly Numbered[] {
  return [...page].sort(([, a], [, b]) => a.at - b.at);
}

function filterLogEvents(store: LogStore, input: FilterLogEventsRequest): FilterLogEventsResponse {
  const group = groupNameOf(input);
  store.group(group);
  if (input.logStreamNames?.length && input.logStreamNamePrefix !== undefined)
    throw invalidParameter('logStreamNamePrefix and logStreamNames are mutually exclusive parameters.');
  const matches = compileFilter(input.filterPattern ?? '');
  const end = input.endTime === undefined ? undefined : input.endTime + 1;
  const range = { startTime: input.startTime, endTime: end };
  const expiry = store.expiryOf(group);
  const found = chosenStreams(store, group, input).flatMap((stream) =>
    [...stream.entries()]
      .filter(([, event]) => within(event, range, expiry) && matches(event.message))
      .map((each) => shape(stream, each)),
  );
  found.sort((a, b) => (a.timestamp ?? 0) - (b.timestamp ?? 0));
  const { page, ...rest } = pageOf(found, input.nextToken, Math.min(input.limit ?? PAGE, PAGE));
  return { events: [...page], searchedLogStreams: [], ...rest };
}

function chosenStreams(store: LogStore, group: string, input: FilterLogEventsRequest): readonly LogStream[] {
  const names = input.logStreamNames?.length ? input.logStreamNames : undefined;
  return store
    .streams(group)
    .filter(
      ({ record }) =>
        (names === undefined || names.includes(record.name)) && record.name.startsWith(input.logStreamNamePrefix ?? ''),
    );
}

function shape(stream: LogStream, [number, event]: Numbered): FilteredLogEvent {
  return {
    logStreamName: stream.record.name,
    timestamp: event.at,
    message: event.message,
    ingestionTime: event.ingestedAt,
    eventId: `${stream.record.id}${String(number).padStart(50, '0')}`,
  };
}
