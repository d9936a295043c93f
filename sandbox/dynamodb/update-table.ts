import type { GlobalSecondaryIndexUpdate, UpdateTableInput, UpdateTableOutput } from '@aws-sdk/client-dynamodb';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { describeTable, statusOf } from './describe-table.ts';
import type { Index, Table, Throughput } from './model.ts';
import { tableNeed } from './needs.ts';
import type { DynamoDbState } from './state.ts';
import { encryptionOf, inUse, refuseStream, refuseTableSettings } from './tables.ts';

const UNSUPPORTED = [
  'ReplicaUpdates',
  'MultiRegionConsistency',
  'GlobalTableWitnessUpdates',
  'GlobalTableSettingsReplicationMode',
] as const;

export function updateTableOperation(state: DynamoDbState): Operation {
  return operation<UpdateTableInput, UpdateTableOutput>({
    needs: (input) => [tableNeed(state.world, 'UpdateTable', input.TableName)],
    handle: (input) => updateTable(state, input),
  });
}

function updateTable(state: DynamoDbState, input: UpdateTableInput): UpdateTableOutput {
  const table = state.existingTable(input.TableName);
  const now = state.world.clock.now();
  refuseStream(input);
  refuseTableSettings(input, UNSUPPORTED);
  const status = statusOf(table, now);
  if (status !== 'ACTIVE')
    throw inUse(
      `Attempt to change a resource which is still in use: Table is being ${status.toLowerCase()}: ${table.name}`,
    );
  const billed = withBilling(table, input, now);
  const indexed = (input.GlobalSecondaryIndexUpdates ?? []).reduce(
    (changed, update) => withIndexUpdate(state, changed, update, input),
    billed,
  );
  const changed: Table = {
    ...indexed,
    ...(input.DeletionProtectionEnabled !== undefined && { deletionProtection: input.DeletionProtectionEnabled }),
    ...(input.TableClass && { tableClass: input.TableClass }),
    updatedAt: now + state.tableDelayMs,
  };
  const { encryption: _, ...plain } = changed;
  const encrypted = input.SSESpecification ? { ...plain, ...encryptionOf(state, input.SSESpecification) } : changed;
  state.tables.put(table.name, encrypted);
  state.forgetDerived(table.name);
  return { TableDescription: describeTable(state, encrypted) };
}

function withBilling(table: Table, input: UpdateTableInput, now: number): Table {
  const billingMode = input.BillingMode ?? table.billingMode;
  const throughput = input.ProvisionedThroughput as Throughput | undefined;
  if (billingMode === 'PAY_PER_REQUEST') {
    if (throughput)
      throw invalid(
        'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
      );
    const { throughput: _, ...rest } = table;
    return {
      ...rest,
      billingMode,
      onDemandSince: table.billingMode === billingMode ? (table.onDemandSince ?? now) : now,
    };
  }
  if (!throughput) {
    if (table.throughput) return { ...table, billingMode };
    throw invalid('ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED');
  }
  const same = JSON.stringify(throughput) === JSON.stringify(table.throughput);
  if (same && !input.GlobalSecondaryIndexUpdates) {
    const { ReadCapacityUnits, WriteCapacityUnits } = throughput;
    throw new AwsError(
      'ValidationException',
      `The provisioned throughput for the table will not change. The requested value equals the current value. Current ReadCapacityUnits provisioned for the table: ${ReadCapacityUnits}. Requested ReadCapacityUnits: ${ReadCapacityUnits}. Current WriteCapacityUnits provisioned for the table: ${WriteCapacityUnits}. Requested WriteCapacityUnits: ${WriteCapacityUnits}. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.`,
      { status: 400 },
    );
  }
  return { ...table, billingMode, throughput };
}

function withIndexUpdate(
  state: DynamoDbState,
  table: Table,
  update: GlobalSecondaryIndexUpdate,
  input: UpdateTableInput,
): Table {
  if ((input.GlobalSecondaryIndexUpdates ?? []).filter(({ Create, Delete }) => Create ?? Delete).length > 1) {
    const message = 'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table';
    throw new AwsError('LimitExceededException', message, { status: 400 });
  }
  if (update.Create) return withIndexCreated(state, table, update.Create as Index, input);
  if (update.Delete) return withIndexDeleted(state, table, update.Delete.IndexName ?? '');
  const { IndexName = '', ProvisionedThroughput } = update.Update ?? {};
  indexOf(state, table, IndexName);
  const change = (index: Index): Index =>
    index.IndexName === IndexName ? { ...index, ProvisionedThroughput: ProvisionedThroughput as Throughput } : index;
  return { ...table, global: table.global.map(change) };
}

function withIndexCreated(state: DynamoDbState, table: Table, index: Index, input: UpdateTableInput): Table {
  const attributes = (input.AttributeDefinitions ?? table.attributes) as Table['attributes'];
  const now = state.world.clock.now();
  const alive = table.global.filter(({ goneAt = Infinity }) => goneAt > now);
  if (alive.some(({ IndexName }) => IndexName === index.IndexName))
    throw new AwsError('ValidationException', `Attempting to create an index which already exists`, { status: 400 });
  const known = new Set(attributes.map(({ AttributeName }) => AttributeName));
  const keys = index.KeySchema.map(({ AttributeName }) => AttributeName);
  if (keys.some((key) => !known.has(key)))
    throw invalid(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(', ')}], AttributeDefinitions: [${[...known].join(', ')}]`,
    );
  return { ...table, attributes, global: [...alive, { ...index, readyAt: now + state.tableDelayMs }] };
}

function withIndexDeleted(state: DynamoDbState, table: Table, name: string): Table {
  indexOf(state, table, name);
  const goneAt = state.world.clock.now() + state.tableDelayMs;
  return { ...table, global: table.global.map((index) => (index.IndexName === name ? { ...index, goneAt } : index)) };
}

function indexOf(state: DynamoDbState, table: Table, name: string): Index {
  const now = state.world.clock.now();
  const found = table.global.find((index) => index.IndexName === name && (index.goneAt ?? Infinity) > now);
  if (found) return found;
  throw new AwsError('ResourceNotFoundException', 'Requested resource not found', { status: 400 });
}

function invalid(what: string): AwsError {
  return new AwsError('ValidationException', `One or more parameter values were invalid: ${what}`, { status: 400 });
}
