import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, listOf, number, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';

const keySchema = listOf(object({ AttributeName: text, KeyType: oneOf('HASH', 'RANGE') }));
const throughput = object({ ReadCapacityUnits: number, WriteCapacityUnits: number });
const projection = object({ ProjectionType: text, NonKeyAttributes: listOf(text) });

const properties = object(
  {
    TableName: text,
    AttributeDefinitions: listOf(object({ AttributeName: text, AttributeType: text })),
    KeySchema: keySchema,
    BillingMode: oneOf('PAY_PER_REQUEST', 'PROVISIONED'),
    ProvisionedThroughput: throughput,
    GlobalSecondaryIndexes: listOf(
      object({ IndexName: text, KeySchema: keySchema, Projection: projection, ProvisionedThroughput: throughput }),
    ),
    LocalSecondaryIndexes: listOf(object({ IndexName: text, KeySchema: keySchema, Projection: projection })),
    TimeToLiveSpecification: object({ AttributeName: text, Enabled: flag }),
    PointInTimeRecoverySpecification: object({ PointInTimeRecoveryEnabled: flag, RecoveryPeriodInDays: number }),
    SSESpecification: object({ SSEEnabled: flag, SSEType: text, KMSMasterKeyId: text }),
    DeletionProtectionEnabled: flag,
    TableClass: oneOf('STANDARD'),
    Tags: tagList,
  },
  ['KeySchema'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::DynamoDB::Table`, without streams. Indexes cannot change in place. */
export const table = resourceType<typeof properties>({
  properties,
  nameProperty: 'TableName',
  replacedBy: [
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'LocalSecondaryIndexes',
    'GlobalSecondaryIndexes',
    'TableClass',
  ],
  differs: 'a change of its global secondary indexes replaces the table; on AWS they change in place',
  attributes: ['Arn'],
  create: async (wanted, context) => {
    const name = wanted.TableName ?? context.generatedName(255);
    await context.call('DynamoDB', 'CreateTable', creation(name, wanted));
    context.exists(name);
    const state = await active(context, name);
    await configure(context, name, wanted, {});
    return state;
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    await updateSettings(context, physicalId, wanted, old);
    await configure(context, physicalId, wanted, old);
    await updateTags(context, physicalId, wanted, old);
    return active(context, physicalId);
  },
  delete: ({ physicalId }, context) => remove(context, physicalId),
});

function creation(name: string, wanted: Properties): object {
  const { SSESpecification, TimeToLiveSpecification: _, PointInTimeRecoverySpecification: __, ...rest } = wanted;
  return {
    ...rest,
    TableName: name,
    BillingMode: wanted.BillingMode ?? 'PROVISIONED',
    ...(SSESpecification && { SSESpecification: encryption(wanted) }),
  };
}

function encryption({ SSESpecification }: Properties): object | undefined {
  if (!SSESpecification) return undefined;
  const { SSEEnabled: Enabled, SSEType, KMSMasterKeyId: KMSMasterKeyId } = SSESpecification;
  return { Enabled, SSEType, KMSMasterKeyId };
}

async function active(context: ResourceContext, TableName: string): Promise<ResourceState> {
  const describe = async (): Promise<TableDescription> =>
    (await context.call<{ Table: TableDescription }>('DynamoDB', 'DescribeTable', { TableName })).Table;
  await context.until(`table ${TableName}`, async () => (await describe()).TableStatus === 'ACTIVE');
  return { physicalId: TableName, attributes: { Arn: (await describe()).TableArn ?? '' } };
}

/** What has an operation of its own. */
async function configure(
  context: ResourceContext,
  TableName: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const ttl = wanted.TimeToLiveSpecification ?? disabled(old.TimeToLiveSpecification);
  if (ttl && !same(ttl, old.TimeToLiveSpecification) && (ttl.Enabled || old.TimeToLiveSpecification?.Enabled))
    await context.call('DynamoDB', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification: ttl });
  const recovery = wanted.PointInTimeRecoverySpecification ?? { PointInTimeRecoveryEnabled: false };
  if (!same(recovery, old.PointInTimeRecoverySpecification ?? { PointInTimeRecoveryEnabled: false }))
    await context.call('DynamoDB', 'UpdateContinuousBackups', {
      TableName,
      PointInTimeRecoverySpecification: recovery,
    });
}

function disabled(ttl: Properties['TimeToLiveSpecification']): Properties['TimeToLiveSpecification'] {
  return ttl && { ...ttl, Enabled: false };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** DynamoDB refuses an update that changes nothing. */
async function updateSettings(
  context: ResourceContext,
  TableName: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const pick = (p: Properties): Record<string, unknown> => ({
    BillingMode: p.BillingMode ?? 'PROVISIONED',
    ProvisionedThroughput: p.ProvisionedThroughput,
    DeletionProtectionEnabled: p.DeletionProtectionEnabled ?? false,
    SSESpecification: encryption(p),
  });
  const before = pick(old);
  const changed = Object.entries(pick(wanted)).filter(([name, value]) => !same(value, before[name]));
  if (changed.length > 0) await context.call('DynamoDB', 'UpdateTable', { TableName, ...Object.fromEntries(changed) });
}

async function updateTags(context: ResourceContext, name: string, wanted: Properties, old: Properties): Promise<void> {
  const ResourceArn = (await active(context, name)).attributes['Arn'];
  const gone = (old.Tags ?? []).map((tag) => tag.Key).filter((key) => !wanted.Tags?.some((tag) => tag.Key === key));
  if (gone.length > 0) await context.call('DynamoDB', 'UntagResource', { ResourceArn, TagKeys: gone });
  if (wanted.Tags?.length) await context.call('DynamoDB', 'TagResource', { ResourceArn, Tags: wanted.Tags });
}

async function remove(context: ResourceContext, TableName: string): Promise<void> {
  await context.call('DynamoDB', 'DeleteTable', { TableName });
  await context.until(`deletion of table ${TableName}`, async () => {
    try {
      await context.call('DynamoDB', 'DescribeTable', { TableName });
      return false;
    } catch (error) {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return true;
      throw error;
    }
  });
}
