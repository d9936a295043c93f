import type {
  InputLogEvent,
  PutLogEventsRequest,
  PutLogEventsResponse,
  RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import { operation, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { invalidParameter } from '../errors.ts';
import type { LogStore } from '../store/log-store.ts';
import { writeNeed } from './needs.ts';

/** What a batch may hold: events, bytes with 26 more for each event, and hours from its first to its last event. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const EVENT_OVERHEAD = 26;
const DAY_MS = 86_400_000;

/** Events later than this, or older, are rejected one by one. */
const FUTURE_MS = 2 * 3_600_000;
const PAST_MS = 14 * DAY_MS;

/** PutLogEvents. */
export function putLogEvents(world: World, store: LogStore): Operation {
  return operation<PutLogEventsRequest, PutLogEventsResponse>({
    needs: (input, within) => [
      writeNeed(store, within, 'PutLogEvents', input.logGroupName ?? '', input.logStreamName ?? ''),
    ],
    differs: 'a stream keeps its last 10,000 events, all streams together the last 200,000',
    handle: (input) => {
      const stream = store.stream(input.logGroupName ?? '', input.logStreamName ?? '');
      const events = input.logEvents ?? [];
      checkBatch(events);
      const { accepted, rejected } = sort(events, world.clock.now(), store.expiryOf(input.logGroupName ?? ''));
      for (const event of accepted) store.appendTo(stream, event.message ?? '', event.timestamp ?? 0);
      const nextSequenceToken = String(stream.next).padStart(56, '0');
      return rejected ? { nextSequenceToken, rejectedLogEventsInfo: rejected } : { nextSequenceToken };
    },
  });
}

function checkBatch(events: readonly InputLogEvent[]): void {
  if (events.length === 0 || events.length > MOST_EVENTS)
    throw invalidParameter(`logEvents must hold between 1 and ${MOST_EVENTS} events.`);
  const bytes = events.reduce((sum, event) => sum + Buffer.byteLength(event.message ?? '') + EVENT_OVERHEAD, 0);
  if (bytes > MOST_BYTES) throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
  const times = events.map((event) => event.timestamp ?? 0);
  if (times.some((at, i) => at < (times[i - 1] ?? at)))
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > DAY_MS)
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
}

/** Splits a batch, which is in order of time, into what is accepted and the ends that are not. */
function sort(
  events: readonly InputLogEvent[],
  now: number,
  expiry: number,
): { accepted: readonly InputLogEvent[]; rejected: RejectedLogEventsInfo | undefined } {
  const time = (event: InputLogEvent): number => event.timestamp ?? 0;
  const tooOld = events.filter((event) => time(event) < now - PAST_MS).length;
  const expired = events.filter((event) => time(event) < expiry).length;
  const newAt = events.findIndex((event) => time(event) > now + FUTURE_MS);
  const accepted = events.slice(Math.max(tooOld, expired), newAt < 0 ? undefined : newAt);
  const rejected = {
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
    ...(newAt >= 0 && { tooNewLogEventStartIndex: newAt }),
  };
  return { accepted, rejected: Object.keys(rejected).length > 0 ? rejected : undefined };
}
