import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { flag, listOf, object, tagList, text, type ValueOf } from '../resource/shape.ts';

const properties = object({
  TopicName: text,
  DisplayName: text,
  KmsMasterKeyId: text,
  SignatureVersion: text,
  TracingConfig: text,
  FifoTopic: flag,
  ContentBasedDeduplication: flag,
  Subscription: listOf(object({ Endpoint: text, Protocol: text }, ['Endpoint', 'Protocol'])),
  Tags: tagList,
});
type Properties = ValueOf<typeof properties>;

const ATTRIBUTES = ['DisplayName', 'KmsMasterKeyId', 'SignatureVersion', 'TracingConfig'] as const;

/** `AWS::SNS::Topic`. */
export const topic = resourceType<typeof properties>({
  properties,
  nameProperty: 'TopicName',
  replacedBy: ['TopicName', 'FifoTopic', 'Subscription'],
  attributes: ['TopicArn', 'TopicName'],
  create: async (wanted, context) => {
    const end = wanted.FifoTopic ? '.fifo' : '';
    const name = wanted.TopicName ?? context.generatedName(256 - end.length) + end;
    const { TopicArn } = await context.call<{ TopicArn: string }>('SNS', 'CreateTopic', {
      Name: name,
      Attributes: attributes(wanted),
      Tags: wanted.Tags,
    });
    context.exists(TopicArn);
    for (const subscription of wanted.Subscription ?? [])
      await context.call('SNS', 'Subscribe', { TopicArn, ...subscription });
    return { physicalId: TopicArn, attributes: { TopicArn, TopicName: name } };
  },
  update: async (wanted, { physicalId, attributes: known, properties: old }, context) => {
    for (const AttributeName of ATTRIBUTES)
      if (wanted[AttributeName] !== old[AttributeName])
        await context.call('SNS', 'SetTopicAttributes', {
          TopicArn: physicalId,
          AttributeName,
          AttributeValue: wanted[AttributeName] ?? '',
        });
    await updateTags(context, physicalId, wanted, old);
    return { physicalId, attributes: known };
  },
  delete: async ({ physicalId }, context) => {
    await context.call('SNS', 'DeleteTopic', { TopicArn: physicalId });
  },
});

function attributes(wanted: Properties): Record<string, string> {
  const names = [...ATTRIBUTES, 'FifoTopic', 'ContentBasedDeduplication'] as const;
  const entries = names.flatMap((name) => (wanted[name] === undefined ? [] : [[name, String(wanted[name])]]));
  return Object.fromEntries(entries) as Record<string, string>;
}

async function updateTags(
  context: ResourceContext,
  ResourceArn: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const gone = (old.Tags ?? []).map((tag) => tag.Key).filter((key) => !wanted.Tags?.some((tag) => tag.Key === key));
  if (gone.length > 0) await context.call('SNS', 'UntagResource', { ResourceArn, TagKeys: gone });
  if (wanted.Tags?.length) await context.call('SNS', 'TagResource', { ResourceArn, Tags: wanted.Tags });
}
