import {
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
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
  /** Deletes the item if the condition holds. */
  delete(key: Key, condition?: Condition<DeleteCommandInput>): Promise<boolean>;
  query<T>(pk: string, skPrefix: string): Promise<readonly T[]>;
  /** The item with the highest sort key of that beginning. */
  last<T>(pk: string, skPrefix: string): Promise<T | undefined>;
  /** Makes all writes, or none if one of their conditions does not hold; says whether it did. */
  together(writes: readonly Write[]): Promise<boolean>;
  /** Writes all items, or none if one of them exists or is being written. @returns what came of each when nothing was written. */
  putAllNew(items: readonly (Key & object)[]): Promise<'written' | readonly Refusal[]>;
}

type Transacted = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** One write of several that belong together; a `ConditionCheck` writes nothing. */
export type Write = {
  readonly [K in keyof Transacted]: Omit<NonNullable<Transacted[K]>, 'TableName'>;
};

/** Why nothing was written: the item exists, somebody writes it at this moment, or another of the items was the reason. */
export type Refusal = 'exists' | 'busy' | 'none';

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
    delete: (Key, condition = {}) =>
      unlessRefused(() => client.send(new DeleteCommand({ TableName, Key, ...condition }))),
    async query<T>(pk: string, skPrefix: string) {
      const found: T[] = [];
      for await (const page of paginateQuery({ client }, { TableName, ...range(pk, skPrefix) }))
        found.push(...((page.Items ?? []) as T[]));
      return found;
    },
    async last<T>(pk: string, skPrefix: string) {
      const input = { TableName, ...range(pk, skPrefix) };
      return (await client.send(new QueryCommand({ ...input, ScanIndexForward: false, Limit: 1 }))).Items?.[0] as
        T | undefined;
    },
    together: (writes) => together(client, TableName, writes),
    putAllNew: (items) => putAllNew(client, TableName, items),
  };
}

function together(client: DynamoDBDocumentClient, TableName: string, writes: readonly Write[]): Promise<boolean> {
  const TransactItems = writes.map((write) => {
    const [[kind, request] = []] = Object.entries(write);
    return { [kind ?? '']: { TableName, ...request } };
  });
  return unlessRefused(() => client.send(new TransactWriteCommand({ TransactItems })));
}

async function putAllNew(
  client: DynamoDBDocumentClient,
  TableName: string,
  items: readonly (Key & object)[],
): Promise<'written' | readonly Refusal[]> {
  const puts = items.map((Item) => ({ Put: { TableName, Item, ConditionExpression: 'attribute_not_exists(pk)' } }));
  try {
    await client.send(new TransactWriteCommand({ TransactItems: puts }));
    return 'written';
  } catch (cause) {
    if (isNamed(cause, 'TransactionCanceledException')) return refusals(cause);
    throw cause;
  }
}

/** The items of a partition whose sort key begins so. */
function range(pk: string, skPrefix: string) {
  return {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sk)',
    ExpressionAttributeValues: { ':pk': pk, ':sk': skPrefix },
    ConsistentRead: true,
  };
}

/** @throws the cause again when the transaction was cancelled for a reason that is no refusal, such as throttling. */
function refusals(cause: Error): Refusal[] {
  const reasons = (cause as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
  const found = reasons.map(({ Code = 'None' }) => REFUSALS[Code]);
  if (found.length > 0 && found.every((one) => one !== undefined)) return found;
  throw cause;
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  None: 'none',
  ConditionalCheckFailed: 'exists',
  TransactionConflict: 'busy',
};

async function unlessRefused(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write();
    return true;
  } catch (cause) {
    if (isNamed(cause, 'ConditionalCheckFailedException') || isRefusedTransaction(cause)) return false;
    throw cause;
  }
}

/** One of its conditions does not hold; anything else, such as another transaction on the same items, is to be tried again. */
function isRefusedTransaction(cause: unknown): boolean {
  if (!isNamed(cause, 'TransactionCanceledException')) return false;
  const reasons = (cause as { CancellationReasons?: { Code?: string }[] }).CancellationReasons ?? [];
  return reasons.some(({ Code }) => Code === 'ConditionalCheckFailed');
}
