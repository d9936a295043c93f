import type {
  MessageAttributeValue,
  PublishBatchInput,
  PublishBatchResponse,
  PublishInput,
  PublishResponse,
} from '@aws-sdk/client-sns';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { fanOut } from './deliver.ts';
import { invalidParameter } from './errors.ts';
import type { Published } from './model.ts';
import { topicNeed, topicOf, type SnsState } from './state.ts';

/** Longest message with its attributes, in bytes: 256 KB. */
const MESSAGE_LIMIT = 262_144;
/** Messages that are kept for inspection. */
const KEPT = 1_000;

export function publishOperations(state: SnsState): Record<string, Operation> {
  return {
    Publish: operation<PublishInput, PublishResponse>({
      needs: (input) => [topicNeed(state, 'Publish', input.TopicArn ?? input.TargetArn)],
      handle: (input) => {
        if (input.PhoneNumber !== undefined) throw invalidParameter('PhoneNumber: the sandbox sends no text messages');
        return publish(state, input.TopicArn ?? input.TargetArn, input);
      },
    }),
    PublishBatch: operation<PublishBatchInput, PublishBatchResponse>({
      needs: (input) => [topicNeed(state, 'Publish', input.TopicArn)],
      handle: (input) => publishBatch(state, input),
    }),
  };
}

type Entry = Pick<PublishInput, 'Message' | 'Subject' | 'MessageStructure' | 'MessageAttributes'>;

function publish(state: SnsState, arn: string | undefined, entry: Entry): { MessageId: string } {
  const topic = topicOf(state, arn);
  checkEntry(entry);
  const texts = entry.MessageStructure === 'json' ? textsOf(entry.Message ?? '') : undefined;
  const published: Published = {
    messageId: state.world.random.uuid(),
    topicArn: topic.arn,
    message: texts?.['default'] ?? entry.Message ?? '',
    subject: entry.Subject,
    attributes: entry.MessageAttributes ?? {},
    ...(texts && { texts }),
    at: state.world.clock.now(),
  };
  remember(state, published);
  fanOut(state, published);
  return { MessageId: published.messageId };
}

function publishBatch(state: SnsState, input: PublishBatchInput): PublishBatchResponse {
  const entries = input.PublishBatchRequestEntries ?? [];
  topicOf(state, input.TopicArn);
  checkBatch(entries.map(({ Id = '' }) => Id));
  const Successful: NonNullable<PublishBatchResponse['Successful']> = [];
  const Failed: NonNullable<PublishBatchResponse['Failed']> = [];
  for (const { Id, ...entry } of entries) {
    try {
      Successful.push({ Id, ...publish(state, input.TopicArn, entry) });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      Failed.push({ Id, Code: 'InvalidParameter', Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function checkBatch(ids: readonly string[]): void {
  const wrong = (code: string, message: string) => new AwsError(code, message, { status: 400 });
  if (ids.length === 0) throw wrong('EmptyBatchRequestException', "The batch request doesn't contain any entries.");
  if (ids.length > 10)
    throw wrong('TooManyEntriesInBatchRequestException', 'The batch request contains more entries than permissible.');
  if (new Set(ids).size < ids.length)
    throw wrong('BatchEntryIdsNotDistinctException', 'Two or more batch entries in the request have the same Id.');
}

function checkEntry(entry: Entry): void {
  const { Message = '', Subject } = entry;
  if (Message === '') throw invalidParameter('Empty message');
  // eslint-disable-next-line no-control-regex -- a subject is one line of printable text
  const printable = Subject === undefined || /^[^\u0000-\u001f\u007f\s][^\u0000-\u001f\u007f]{0,99}$/.test(Subject);
  if (!printable) throw invalidParameter('Subject');
  const attributes = Object.entries(entry.MessageAttributes ?? {});
  for (const [name, attribute] of attributes) checkAttribute(name, attribute);
  const sizes = attributes.map(
    ([name, { DataType = '', StringValue = '', BinaryValue }]) =>
      Buffer.byteLength(name + DataType) + (BinaryValue?.length ?? Buffer.byteLength(StringValue)),
  );
  if (sizes.reduce((sum, size) => sum + size, Buffer.byteLength(Message)) > MESSAGE_LIMIT)
    throw invalidParameter('Message too long');
}

function checkAttribute(name: string, { DataType = '', StringValue, BinaryValue }: MessageAttributeValue): void {
  const wrong = (message: string) => new AwsError('InvalidParameterValueException', message, { status: 400 });
  if (!/^(String|String\.Array|Number|Binary)(\..+)?$/.test(DataType))
    throw wrong(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (!value || value.length === 0)
    throw wrong(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${DataType}'.`,
    );
}

/** Texts by protocol, of which `default` must be one. */
function textsOf(message: string): Record<string, string> {
  let texts: unknown;
  try {
    texts = JSON.parse(message);
  } catch {
    throw invalidParameter('Message Structure - JSON message body failed to parse');
  }
  const { default: standard } = (texts ?? {}) as { default?: unknown };
  if (typeof standard !== 'string') throw invalidParameter('Message Structure - No default entry in JSON message body');
  return texts as Record<string, string>;
}

function remember(state: SnsState, published: Published): void {
  state.published.put(published.messageId, published);
  if (state.published.size <= KEPT) return;
  for (const oldest of state.published.keys()) {
    state.published.delete(oldest);
    return;
  }
}
