import type {
  PutEventsRequest,
  PutEventsRequestEntry,
  PutEventsResponse,
  PutEventsResultEntry,
  TestEventPatternRequest,
  TestEventPatternResponse,
} from '@aws-sdk/client-eventbridge';
import { operation, type Need, type Operation } from '../../core/service.ts';
import { documentOf } from '../event-document.ts';
import { compilePattern } from '../pattern/compile.ts';
import { matchesPattern } from '../pattern/match.ts';
import { busArn } from '../rules.ts';
import { validationError } from '../validation-error.ts';
import type { EventsContext } from './context.ts';
import { checkPattern } from './rule-operations.ts';

/** Bytes that the entries of one PutEvents call may have together. */
const LARGEST_REQUEST = 1_048_576;

/** PutEvents and TestEventPattern. */
export function eventOperations(context: EventsContext): Readonly<Record<string, Operation>> {
  return {
    PutEvents: operation<PutEventsRequest, PutEventsResponse>({
      needs: (input, world) => (input.Entries ?? []).map((entry) => entryNeed(entry, busArn(world))),
      handle: (input) => putEvents(context, input),
    }),
    TestEventPattern: operation<TestEventPatternRequest, TestEventPatternResponse>({
      needs: () => [{ action: 'events:TestEventPattern', resource: '*' }],
      handle: testEventPattern,
    }),
  };
}

function entryNeed(entry: PutEventsRequestEntry, resource: string): Need {
  const context = { 'events:source': entry.Source ?? '', 'events:detail-type': entry.DetailType ?? '' };
  return { action: 'events:PutEvents', resource, context };
}

function putEvents(context: EventsContext, input: PutEventsRequest): PutEventsResponse {
  const entries = input.Entries ?? [];
  if (entries.length < 1 || entries.length > 10)
    throw validationError(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to 10`,
    );
  if (entries.reduce((bytes, entry) => bytes + sizeOf(entry), 0) > LARGEST_REQUEST)
    throw validationError('Total size of the entries in the request is over the limit.');
  const results = entries.map((entry) => putEvent(context, entry));
  return { FailedEntryCount: results.filter((result) => result.ErrorCode !== undefined).length, Entries: results };
}

/** An entry's size as AWS counts it: 14 bytes for a time, and the UTF-8 length of each text. */
function sizeOf(entry: PutEventsRequestEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])];
  return texts.reduce((bytes, text) => bytes + Buffer.byteLength(text ?? ''), entry.Time ? 14 : 0);
}

function putEvent({ world, bus }: EventsContext, entry: PutEventsRequestEntry): PutEventsResultEntry {
  const refused = refusal(entry, busArn(world));
  if (refused) return refused;
  const document = documentOf(world, {
    source: entry.Source ?? '',
    detailType: entry.DetailType ?? '',
    detail: JSON.parse(entry.Detail ?? '{}') as Record<string, unknown>,
    ...(entry.Resources && { resources: entry.Resources }),
    ...(entry.Time && { at: entry.Time.getTime() }),
  });
  bus.accept(document);
  return { EventId: document.id };
}

function refusal(entry: PutEventsRequestEntry, defaultBus: string): PutEventsResultEntry | undefined {
  for (const key of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[key])
      return invalid('InvalidArgument', `Parameter ${key} is not valid. Reason: ${key} is a required argument.`);
  if (/^aws\./u.test(entry.Source ?? ''))
    return invalid('NotAuthorizedForSourceException', 'Not authorized for the source.');
  if (entry.EventBusName !== undefined && entry.EventBusName !== 'default' && entry.EventBusName !== defaultBus)
    return invalid('ResourceNotFoundException', `Event bus ${entry.EventBusName} does not exist.`);
  return isJsonObject(entry.Detail ?? '') ? undefined : invalid('MalformedDetail', 'Detail is malformed.');
}

function invalid(ErrorCode: string, ErrorMessage: string): PutEventsResultEntry {
  return { ErrorCode, ErrorMessage };
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'detail-type'] as const;

function testEventPattern(input: TestEventPatternRequest): TestEventPatternResponse {
  checkPattern(input.EventPattern);
  const event = parseEvent(input.Event ?? '');
  return { Result: matchesPattern(compilePattern(input.EventPattern ?? ''), event) };
}

function parseEvent(text: string): unknown {
  if (!isJsonObject(text)) throw validationError('Parameter Event is not valid.');
  const event = JSON.parse(text) as Record<string, unknown>;
  const missing = MANDATORY.filter((key) => typeof event[key] !== 'string');
  if (missing.length > 0)
    throw validationError(`Parameter Event is not valid. Reason: it must contain ${missing.join(', ')}.`);
  return event;
}
