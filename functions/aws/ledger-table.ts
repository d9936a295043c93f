import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  type PutCommandInput,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Where an item is. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

type Condition<T> = Partial<Omit<T, 'TableName' | 'Item' | 'Key'>>;

/** The few things that the ledger does to its table. Reads are strongly consistent. */
export interface LedgerTable {
  get<T>(key: Key): Promise<T | undefined>;
  /** Writes the item if the condition holds; says whether it did. */
  put(key: Key, item: object, condition?: Condition<PutCommandInput>): Promise<boolean>;
  /** Writes the item unless there is one. */
  putNew(key: Key, item: object): Promise<boolean>;
  update(key: Key, input: Condition<UpdateCommandInput>): Promise<boolean>;
  delete(key: Key): Promise<void>;
  query<T>(pk: string, skPrefix: string): Promise<readonly T[]>;
}

export function ledgerTable(host: Host): LedgerTable {
  const TableName = host.setting('LEDGER_TABLE');
  const client = DynamoDBDocumentClient.from(host.dynamoDb(), { marshallOptions: { removeUndefinedValues: true } });
  const put: LedgerTable['put'] = (key, item, condition = {}) =>
    unlessRefused(() => client.send(new PutCommand({ TableName, Item: { ...item, ...key }, ...condition })));
  return {
    put,
    async get<T>(Key: Key) {
      return (await client.send(new GetCommand({ TableName, Key, ConsistentRead: true }))).Item as T | undefined;
    },
    putNew: (key, item) => put(key, item, { ConditionExpression: 'attribute_not_exists(pk)' }),
    update: (Key, input) => unlessRefused(() => client.send(new UpdateCommand({ TableName, Key, ...input }))),
    async delete(Key) {
      await client.send(new DeleteCommand({ TableName, Key }));
    },
    async query<T>(pk: string, skPrefix: string) {
      const KeyConditionExpression = 'pk = :pk AND begins_with(sk, :sk)';
      const ExpressionAttributeValues = { ':pk': pk, ':sk': skPrefix };
      const input = { TableName, KeyConditionExpression, ExpressionAttributeValues, ConsistentRead: true };
      const found: T[] = [];
      for await (const page of paginateQuery({ client }, input)) found.push(...((page.Items ?? []) as T[]));
      return found;
    },
  };
}

async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (cause) {
    if (isNamed(cause, 'ConditionalCheckFailedException')) return false;
    throw cause;
  }
}
