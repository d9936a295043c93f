import type { Need, Operation } from '../core/service.ts';
import { operation } from '../core/service.ts';
import { AwsError } from '../core/aws-error.ts';
import { fromEngine, toEngine } from './attribute-values.ts';
import { helpers, run, runNow, validated, type EngineAction, type Validated } from './engine.ts';
import type { Item } from './model.ts';
import { leadingKeys, tableNeed } from './needs.ts';
import { tableName, type DynamoDbState } from './state.ts';

interface ItemInput {
  readonly TableName?: string;
  readonly IndexName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly Select?: string;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
}

/** Operations on items, one at a time, by range or in batches. */
export function itemOperations(state: DynamoDbState): Record<string, Operation> {
  return {
    GetItem: read(state, 'GetItem', 'getItem'),
    PutItem: write(state, 'PutItem', 'putItem'),
    UpdateItem: write(state, 'UpdateItem', 'updateItem'),
    DeleteItem: write(state, 'DeleteItem', 'deleteItem'),
    Query: read(state, 'Query', 'query'),
    Scan: read(state, 'Scan', 'scan'),
    BatchGetItem: batch(state, 'BatchGetItem', 'batchGetItem'),
    BatchWriteItem: batch(state, 'BatchWriteItem', 'batchWriteItem'),
  };
}

function read(state: DynamoDbState, name: string, action: EngineAction): Operation {
  return operation<ItemInput, unknown>({
    needs: (input) => [itemNeed(state, name, input, action)],
    handle: async (input) => {
      const data = queries.get(input) ?? prepared(state, action, input);
      queries.delete(input);
      return fromEngine(await run(action, state.store, data));
    },
  });
}

function write(state: DynamoDbState, name: string, action: 'putItem' | 'updateItem' | 'deleteItem'): Operation {
  return operation<ItemInput, unknown>({
    needs: (input) => [itemNeed(state, name, input, action)],
    handle: (input) => {
      const data = prepared(state, action, input);
      try {
        return fromEngine(runNow(action, state.store, data));
      } catch (error) {
        throw withFailedItem(state, input, data, error);
      }
    },
  });
}

function batch(state: DynamoDbState, name: string, action: EngineAction): Operation {
  return operation<ItemInput, unknown>({
    needs: (input) =>
      Object.entries(input.RequestItems ?? {}).map(([table, asked]) => batchNeed(state, name, table, asked)),
    handle: async (input) => {
      const RequestItems = Object.fromEntries(
        Object.entries(input.RequestItems ?? {}).map(([table, asked]) => [tableName(table), asked]),
      );
      const data = validated(action, state.store, toEngine({ ...input, RequestItems }));
      return fromEngine(await run(action, state.store, data));
    },
  });
}

function prepared(state: DynamoDbState, action: EngineAction, input: ItemInput): Validated {
  const named = input.TableName === undefined ? input : { ...input, TableName: tableName(input.TableName) };
  return validated(action, state.store, toEngine(named));
}

function itemNeed(state: DynamoDbState, name: string, input: ItemInput, action: EngineAction): Need {
  const keys =
    action === 'query' ? queriedKey(state, input) : [input.Key ?? input.Item].filter((key) => key !== undefined);
  const { Select, ReturnValues, IndexName } = input;
  const context = {
    ...(action !== 'scan' && leadingKeys(state, input.TableName, keys)),
    ...(Select && { 'dynamodb:Select': Select }),
    ...(ReturnValues && { 'dynamodb:ReturnValues': ReturnValues }),
  };
  return tableNeed(state.world, name, input.TableName, { index: IndexName, context });
}

/** Queries that were parsed for their authorization, until they are handled. */
const queries = new WeakMap<ItemInput, Validated>();

/** The partition that a query reads; nothing when the query is not valid, which the engine then says. */
function queriedKey(state: DynamoDbState, input: ItemInput): Item[] {
  try {
    const data = prepared(state, 'query', input);
    queries.set(input, data);
    const { KeyConditions } = data as unknown as {
      KeyConditions: Record<string, { AttributeValueList: Item[string][] }>;
    };
    return [
      Object.fromEntries(Object.entries(KeyConditions).map(([name, on]) => [name, on.AttributeValueList[0] ?? {}])),
    ];
  } catch {
    return [];
  }
}

function batchNeed(state: DynamoDbState, name: string, table: string, asked: unknown): Need {
  const keys = Array.isArray(asked)
    ? (asked as { PutRequest?: { Item?: Item }; DeleteRequest?: { Key?: Item } }[]).map(
        (one) => one.PutRequest?.Item ?? one.DeleteRequest?.Key ?? {},
      )
    : ((asked as { Keys?: Item[] }).Keys ?? []);
  return tableNeed(state.world, name, table, { context: leadingKeys(state, table, keys) ?? {} });
}

/** Adds the item as it is to a failed condition, when the client wants to see it. */
function withFailedItem(state: DynamoDbState, input: ItemInput, data: Validated, error: unknown): unknown {
  const failed = error instanceof AwsError && error.code === 'ConditionalCheckFailedException';
  if (!failed || input.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return error;
  const item = currentItem(state, data);
  return new AwsError(error.code, error.message, { status: 400, extra: item ? { Item: item } : {} });
}

/** The item that a validated request is about, in the engine's form. */
export function currentItem(state: DynamoDbState, data: Validated): Item | undefined {
  const table = state.usableTable(data.TableName);
  const key = (data['Key'] ?? data['Item']) as Item;
  return table && state.items(data.TableName).get(helpers().createKey(key, table));
}
