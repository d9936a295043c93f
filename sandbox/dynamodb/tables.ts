import type {
  CreateTableInput,
  CreateTableOutput,
  DeleteTableInput,
  DeleteTableOutput,
  DescribeTableInput,
  DescribeTableOutput,
  ListTablesInput,
  ListTablesOutput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { toEngine } from './attribute-values.ts';
import { describeTable, statusOf } from './describe-table.ts';
import { validated } from './engine.ts';
import type { Index, Table, Throughput } from './model.ts';
import { tableArn, tableNeed } from './needs.ts';
import { tableName, type DynamoDbState } from './state.ts';

/** Operations on tables as such; changes of their settings are in `update-table.ts`. */
export function tableOperations(state: DynamoDbState): Record<string, Operation> {
  return {
    CreateTable: operation<CreateTableInput, CreateTableOutput>({
      needs: (input) => [
        tableNeed(state.world, 'CreateTable', input.TableName),
        ...(input.Tags?.length ? [tableNeed(state.world, 'TagResource', input.TableName)] : []),
      ],
      handle: (input) => createTable(state, input),
    }),
    DescribeTable: operation<DescribeTableInput, DescribeTableOutput>({
      needs: (input) => [tableNeed(state.world, 'DescribeTable', input.TableName)],
      handle: (input) => ({ Table: describeTable(state, state.existingTable(input.TableName)) }),
    }),
    DeleteTable: operation<DeleteTableInput, DeleteTableOutput>({
      needs: (input) => [tableNeed(state.world, 'DeleteTable', input.TableName)],
      handle: (input) => deleteTable(state, input),
    }),
    ListTables: operation<ListTablesInput, ListTablesOutput>({
      needs: () => [{ action: 'dynamodb:ListTables', resource: '*' }],
      handle: (input) => listTables(state, input),
    }),
  };
}

/** Settings that DynamoDB has and the sandbox does not play. */
export function refuseTableSettings(input: object, members: readonly string[]): void {
  for (const member of members) {
    if ((input as Record<string, unknown>)[member] == null) continue;
    const message = `the sandbox does not support ${member} of DynamoDB tables`;
    throw new AwsError('ValidationException', message, { status: 400 });
  }
}

/** Streams may be mentioned, as long as they stay off. */
export function refuseStream(input: {
  StreamSpecification?: { StreamEnabled?: boolean | undefined } | undefined;
}): void {
  if (input.StreamSpecification?.StreamEnabled) refuseTableSettings(input, ['StreamSpecification']);
}

function createTable(state: DynamoDbState, input: CreateTableInput): CreateTableOutput {
  const name = tableName(input.TableName);
  refuseStream(input);
  refuseTableSettings(input, ['ResourcePolicy', 'GlobalTableSourceArn', 'GlobalTableSettingsReplicationMode']);
  const data = validated(
    'createTable',
    state.store,
    toEngine({ ...input, TableName: name }),
  ) as unknown as CreateTableInput;
  if (state.table(name)) throw inUse(`Table already exists: ${name}`);
  const table = newTable(state, name, data, input);
  state.clear(name);
  state.tables.put(name, table);
  return { TableDescription: describeTable(state, table) };
}

function newTable(state: DynamoDbState, name: string, data: CreateTableInput, input: CreateTableInput): Table {
  const now = state.world.clock.now();
  const readyAt = now + state.tableDelayMs;
  const onDemand = data.BillingMode === 'PAY_PER_REQUEST';
  return {
    name,
    id: state.world.random.uuid(),
    createdAt: now,
    readyAt,
    keySchema: data.KeySchema as Table['keySchema'],
    attributes: data.AttributeDefinitions as Table['attributes'],
    billingMode: onDemand ? 'PAY_PER_REQUEST' : 'PROVISIONED',
    ...(onDemand && { onDemandSince: now }),
    ...(data.ProvisionedThroughput && { throughput: data.ProvisionedThroughput as Throughput }),
    local: (data.LocalSecondaryIndexes ?? []) as Index[],
    global: ((data.GlobalSecondaryIndexes ?? []) as Index[]).map((index) => ({ ...index, readyAt })),
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    ...(input.TableClass && { tableClass: input.TableClass }),
    ...encryptionOf(state, input.SSESpecification),
    tags: input.Tags ?? [],
  };
}

/** Only a key of the customer, or AWS's own in KMS, shows; the default encryption does not. */
export function encryptionOf(
  state: DynamoDbState,
  asked: CreateTableInput['SSESpecification'],
): Pick<Table, 'encryption'> {
  if (!asked?.Enabled) return {};
  const { region, accountId } = state.world;
  const own = `arn:aws:kms:${region}:${accountId}:key/alias/aws/dynamodb`;
  return { encryption: { keyArn: asked.KMSMasterKeyId ?? own } };
}

function deleteTable(state: DynamoDbState, input: DeleteTableInput): DeleteTableOutput {
  const table = state.existingTable(input.TableName);
  const now = state.world.clock.now();
  const status = statusOf(table, now);
  if (status !== 'ACTIVE')
    throw inUse(
      `Attempt to change a resource which is still in use: Table is being ${status === 'CREATING' ? 'created' : status === 'UPDATING' ? 'updated' : 'deleted'}: ${table.name}`,
    );
  if (table.deletionProtection) {
    const message = `Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.`;
    throw new AwsError('ValidationException', message, { status: 400 });
  }
  const gone = { ...table, goneAt: now + state.tableDelayMs };
  state.clear(table.name);
  state.tables.put(table.name, gone);
  const {
    TableName,
    TableArn,
    TableId,
    TableStatus,
    ItemCount,
    TableSizeBytes,
    ProvisionedThroughput,
    BillingModeSummary,
    DeletionProtectionEnabled,
  } = describeTable(state, gone);
  return {
    TableDescription: {
      TableName,
      TableArn,
      TableId,
      TableStatus,
      ItemCount,
      TableSizeBytes,
      ProvisionedThroughput,
      BillingModeSummary,
      DeletionProtectionEnabled,
    },
  };
}

function listTables(state: DynamoDbState, input: ListTablesInput): ListTablesOutput {
  const limit = input.Limit ?? 100;
  if (limit < 1 || limit > 100) throw limitError(limit);
  const names = [...state.tables.keys()].filter((name) => state.table(name)).sort();
  const after = names.filter((name) => name > (input.ExclusiveStartTableName ?? ''));
  const TableNames = after.slice(0, limit);
  return { TableNames, ...(after.length > limit && { LastEvaluatedTableName: TableNames.at(-1) }) };
}

function limitError(limit: number): AwsError {
  const bound = limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 100';
  const message = `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${bound}`;
  return new AwsError('ValidationException', message, { status: 400 });
}

/** The table is not in a state for this. */
export function inUse(message: string): AwsError {
  return new AwsError('ResourceInUseException', message, { status: 400 });
}

/** The name of the table that an ARN means. @throws AwsError ValidationException for anything else. */
export function tableOfArn(state: DynamoDbState, arn: string | undefined): Table {
  const name = tableName(arn);
  if (arn === tableArn(state.world, name)) {
    const table = state.table(name);
    if (table) return table;
    const message = `Requested resource not found: ResourcArn: ${arn} not found`;
    throw new AwsError('ResourceNotFoundException', message, { status: 400 });
  }
  const message = `Invalid TableArn: Invalid ResourceArn provided as input ${arn}`;
  throw new AwsError('ValidationException', message, { status: 400 });
}
