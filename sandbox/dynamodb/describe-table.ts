import type { ProvisionedThroughputDescription, TableDescription } from '@aws-sdk/client-dynamodb';
import { helpers } from './engine.ts';
import type { Index, Item, Table } from './model.ts';
import { tableArn } from './needs.ts';
import type { DynamoDbState } from './state.ts';

/** A table as DescribeTable shows it. Counts are exact, where AWS updates them every six hours. */
export function describeTable(state: DynamoDbState, table: Table): TableDescription {
  const { world } = state;
  const items = [...state.items(table.name).values()];
  return {
    TableName: table.name,
    TableArn: tableArn(world, table.name),
    TableId: table.id,
    TableStatus: statusOf(table, world.clock.now()),
    CreationDateTime: new Date(table.createdAt),
    KeySchema: [...table.keySchema],
    AttributeDefinitions: [...table.attributes] as NonNullable<TableDescription['AttributeDefinitions']>,
    ItemCount: items.length,
    TableSizeBytes: items.reduce((sum, item) => sum + helpers().itemSize(item), 0),
    ProvisionedThroughput: shownThroughput(table.throughput),
    ...billing(table),
    ...(table.local.length > 0 && {
      LocalSecondaryIndexes: table.local.map((index) => shownIndex(state, table, index)),
    }),
    ...globalIndexes(state, table),
    DeletionProtectionEnabled: table.deletionProtection,
    ...(table.encryption && {
      SSEDescription: { Status: 'ENABLED' as const, SSEType: 'KMS' as const, KMSMasterKeyArn: table.encryption.keyArn },
    }),
    ...(table.tableClass && { TableClassSummary: { TableClass: table.tableClass as 'STANDARD' } }),
    WarmThroughput: { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4_000, Status: 'ACTIVE' },
  };
}

/** A table's status at a time in sandbox milliseconds. */
export function statusOf(table: Table, now: number): 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' {
  if (table.goneAt !== undefined) return 'DELETING';
  if (table.readyAt > now) return 'CREATING';
  return (table.updatedAt ?? 0) > now ? 'UPDATING' : 'ACTIVE';
}

function billing(table: Table): Pick<TableDescription, 'BillingModeSummary'> {
  if (table.onDemandSince === undefined) return {};
  const since = new Date(table.onDemandSince);
  return { BillingModeSummary: { BillingMode: table.billingMode, LastUpdateToPayPerRequestDateTime: since } };
}

function shownThroughput(throughput: Table['throughput']): ProvisionedThroughputDescription {
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = throughput ?? {};
  return { NumberOfDecreasesToday: 0, ReadCapacityUnits, WriteCapacityUnits };
}

function globalIndexes(state: DynamoDbState, table: Table): Pick<TableDescription, 'GlobalSecondaryIndexes'> {
  const now = state.world.clock.now();
  const shown = table.global.filter((index) => (index.goneAt ?? Infinity) > now);
  if (shown.length === 0) return {};
  return {
    GlobalSecondaryIndexes: shown.map((index) => ({
      ...shownIndex(state, table, index),
      IndexStatus: index.goneAt !== undefined ? 'DELETING' : (index.readyAt ?? 0) > now ? 'CREATING' : 'ACTIVE',
      ProvisionedThroughput: shownThroughput(index.ProvisionedThroughput),
    })),
  };
}

function shownIndex(state: DynamoDbState, table: Table, index: Index) {
  const keys = index.KeySchema.map(({ AttributeName }) => AttributeName);
  const inIndex = (item: Item): boolean => keys.every((key) => item[key] !== undefined);
  const items = [...state.items(table.name).values()].filter(inIndex);
  const { ProjectionType, NonKeyAttributes } = index.Projection;
  return {
    IndexName: index.IndexName,
    IndexArn: tableArn(state.world, table.name, index.IndexName),
    KeySchema: [...index.KeySchema],
    Projection: {
      ProjectionType: ProjectionType as 'ALL',
      ...(NonKeyAttributes && { NonKeyAttributes: [...NonKeyAttributes] }),
    },
    ItemCount: items.length,
    IndexSizeBytes: items.reduce((sum, item) => sum + helpers().itemSize(item), 0),
  };
}
