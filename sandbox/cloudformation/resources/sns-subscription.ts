import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { flag, json, object, text, type ValueOf } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';

const properties = object(
  {
    TopicArn: text,
    Protocol: text,
    Endpoint: text,
    FilterPolicy: json,
    FilterPolicyScope: text,
    RawMessageDelivery: flag,
    RedrivePolicy: json,
    DeliveryPolicy: json,
  },
  ['TopicArn', 'Protocol'],
);
type Properties = ValueOf<typeof properties>;

const ATTRIBUTES = [
  'FilterPolicyScope',
  'FilterPolicy',
  'RawMessageDelivery',
  'RedrivePolicy',
  'DeliveryPolicy',
] as const;

/** `AWS::SNS::Subscription`. */
export const subscription = resourceType<typeof properties>({
  properties,
  replacedBy: ['TopicArn', 'Protocol', 'Endpoint'],
  attributes: ['Arn'],
  create: async (wanted, context) => {
    const { SubscriptionArn } = await context.call<{ SubscriptionArn: string }>('SNS', 'Subscribe', {
      TopicArn: wanted.TopicArn,
      Protocol: wanted.Protocol,
      Endpoint: wanted.Endpoint,
      Attributes: attributes(wanted),
      ReturnSubscriptionArn: true,
    });
    return { physicalId: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  update: async (wanted, { physicalId, attributes: known, properties: old }, context) => {
    await change(context, physicalId, attributes(wanted), attributes(old));
    return { physicalId, attributes: known };
  },
  delete: async ({ physicalId }, context) => {
    await context.call('SNS', 'Unsubscribe', { SubscriptionArn: physicalId });
  },
});

function attributes(wanted: Properties): Record<string, string> {
  const entries = ATTRIBUTES.flatMap((name) => (wanted[name] === undefined ? [] : [[name, jsonText(wanted[name])]]));
  return Object.fromEntries(entries) as Record<string, string>;
}

async function change(
  context: ResourceContext,
  SubscriptionArn: string,
  wanted: Record<string, string>,
  old: Record<string, string>,
): Promise<void> {
  for (const AttributeName of ATTRIBUTES)
    if (wanted[AttributeName] !== old[AttributeName])
      await context.call('SNS', 'SetSubscriptionAttributes', {
        SubscriptionArn,
        AttributeName,
        AttributeValue: wanted[AttributeName] ?? '',
      });
}
