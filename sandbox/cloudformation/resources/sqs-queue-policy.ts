import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { json, listOf, object, text } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';

const properties = object({ PolicyDocument: json, Queues: listOf(text) }, ['PolicyDocument', 'Queues']);

/** `AWS::SQS::QueuePolicy`. */
export const queuePolicy = resourceType<typeof properties>({
  properties,
  replacedBy: [],
  attributes: ['Id'],
  create: async (wanted, context) => {
    await put(context, wanted.Queues ?? [], jsonText(wanted.PolicyDocument));
    const physicalId = context.generatedName(128);
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    const gone = (old.Queues ?? []).filter((url) => !wanted.Queues?.includes(url));
    await put(context, gone, '');
    await put(context, wanted.Queues ?? [], jsonText(wanted.PolicyDocument));
    return { physicalId, attributes };
  },
  delete: ({ properties: old }, context) => put(context, old.Queues ?? [], ''),
});

/** An empty policy removes the policy. */
async function put(context: ResourceContext, queues: readonly string[], Policy: string): Promise<void> {
  for (const QueueUrl of queues) await context.call('SQS', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } });
}
