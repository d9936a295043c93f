import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, json, number, object, tagList, text, type ValueOf } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';
import { tagRecord } from './tag-record.ts';

const properties = object({
  QueueName: text,
  FifoQueue: flag,
  ContentBasedDeduplication: flag,
  DelaySeconds: number,
  MaximumMessageSize: number,
  MessageRetentionPeriod: number,
  ReceiveMessageWaitTimeSeconds: number,
  VisibilityTimeout: number,
  RedrivePolicy: json,
  RedriveAllowPolicy: json,
  KmsMasterKeyId: text,
  SqsManagedSseEnabled: flag,
  Tags: tagList,
});
type Properties = ValueOf<typeof properties>;

/** What an attribute goes back to when a template no longer sets it. Source: SQS API reference, CreateQueue. */
const DEFAULTS: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
  RedrivePolicy: '',
  RedriveAllowPolicy: '',
  KmsMasterKeyId: '',
};

/** `AWS::SQS::Queue`. */
export const queue = resourceType<typeof properties>({
  properties,
  nameProperty: 'QueueName',
  replacedBy: ['QueueName', 'FifoQueue'],
  attributes: ['Arn', 'QueueName', 'QueueUrl'],
  create: async (wanted, context) => {
    const end = wanted.FifoQueue ? '.fifo' : '';
    const name = wanted.QueueName ?? context.generatedName(80 - end.length) + end;
    const { QueueUrl } = await context.call<{ QueueUrl: string }>('SQS', 'CreateQueue', {
      QueueName: name,
      Attributes: attributes(wanted),
      tags: tagRecord(wanted.Tags),
    });
    context.exists(QueueUrl);
    return stateOf(context, QueueUrl);
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    const { FifoQueue: _, ...changed } = { ...backToDefault(wanted, old), ...attributes(wanted) };
    if (Object.keys(changed).length > 0)
      await context.call('SQS', 'SetQueueAttributes', { QueueUrl: physicalId, Attributes: changed });
    await updateTags(context, physicalId, wanted, old);
    return stateOf(context, physicalId);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('SQS', 'DeleteQueue', { QueueUrl: physicalId });
  },
});

function attributes(wanted: Properties): Record<string, string> {
  const { QueueName: _, Tags: __, ...rest } = wanted;
  const entries = Object.entries(rest).filter(
    ([name, value]) => value !== undefined && !(name === 'FifoQueue' && !value),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, jsonText(value)]));
}

function backToDefault(wanted: Properties, old: Properties): Record<string, string> {
  const dropped = Object.keys(old).filter((name) => wanted[name as keyof Properties] === undefined);
  return Object.fromEntries(dropped.flatMap((name) => (name in DEFAULTS ? [[name, DEFAULTS[name] ?? '']] : [])));
}

async function stateOf(context: ResourceContext, QueueUrl: string): Promise<ResourceState> {
  const { Attributes } = await context.call<{ Attributes: Record<string, string> }>('SQS', 'GetQueueAttributes', {
    QueueUrl,
    AttributeNames: ['QueueArn'],
  });
  const arn = Attributes['QueueArn'] ?? '';
  return { physicalId: QueueUrl, attributes: { Arn: arn, QueueName: arn.split(':')[5] ?? '', QueueUrl } };
}

async function updateTags(
  context: ResourceContext,
  QueueUrl: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const tags = tagRecord(wanted.Tags);
  const gone = Object.keys(tagRecord(old.Tags) ?? {}).filter((key) => !(key in (tags ?? {})));
  if (gone.length > 0) await context.call('SQS', 'UntagQueue', { QueueUrl, TagKeys: gone });
  if (tags) await context.call('SQS', 'TagQueue', { QueueUrl, Tags: tags });
}
