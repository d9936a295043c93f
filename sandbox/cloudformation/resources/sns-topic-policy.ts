import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { json, listOf, object, text } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';

const properties = object({ PolicyDocument: json, Topics: listOf(text) }, ['PolicyDocument', 'Topics']);

/** `AWS::SNS::TopicPolicy`. */
export const topicPolicy = resourceType<typeof properties>({
  properties,
  replacedBy: [],
  attributes: ['Id'],
  create: async (wanted, context) => {
    await put(context, wanted.Topics ?? [], jsonText(wanted.PolicyDocument));
    const physicalId = context.generatedName(128);
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    const gone = (old.Topics ?? []).filter((arn) => !wanted.Topics?.includes(arn));
    for (const arn of gone) await put(context, [arn], defaultPolicy(arn, context.world.accountId));
    await put(context, wanted.Topics ?? [], jsonText(wanted.PolicyDocument));
    return { physicalId, attributes };
  },
  delete: async ({ properties: old }, context) => {
    for (const arn of old.Topics ?? []) await put(context, [arn], defaultPolicy(arn, context.world.accountId));
  },
});

async function put(context: ResourceContext, topics: readonly string[], AttributeValue: string): Promise<void> {
  for (const TopicArn of topics)
    await context.call('SNS', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue });
}

/** A topic always has a policy: without one of its own, that of a new topic, which lets its owner do everything. */
function defaultPolicy(topicArn: string, accountId: string): string {
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [
          'SNS:GetTopicAttributes',
          'SNS:SetTopicAttributes',
          'SNS:AddPermission',
          'SNS:RemovePermission',
          'SNS:DeleteTopic',
          'SNS:Subscribe',
          'SNS:ListSubscriptionsByTopic',
          'SNS:Publish',
        ],
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': accountId } },
      },
    ],
  });
}
