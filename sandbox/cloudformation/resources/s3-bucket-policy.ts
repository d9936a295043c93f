import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { json, object, text, type ValueOf } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';

const properties = object({ Bucket: text, PolicyDocument: json }, ['Bucket', 'PolicyDocument']);

/** `AWS::S3::BucketPolicy`. */
export const bucketPolicy = resourceType<typeof properties>({
  properties,
  replacedBy: ['Bucket'],
  attributes: [],
  create: async (wanted, context) => {
    await put(context, wanted);
    return { physicalId: wanted.Bucket ?? '', attributes: {} };
  },
  update: async (wanted, { physicalId }, context) => {
    await put(context, wanted);
    return { physicalId, attributes: {} };
  },
  delete: async ({ physicalId }, context) => {
    await context.call('S3', 'DeleteBucketPolicy', { Bucket: physicalId });
  },
});

async function put(context: ResourceContext, wanted: ValueOf<typeof properties>): Promise<void> {
  await context.call('S3', 'PutBucketPolicy', { Bucket: wanted.Bucket, Policy: jsonText(wanted.PolicyDocument) });
}
