import { AwsError } from '../core/aws-error.ts';
import type { Collection } from '../core/collection.ts';
import type { World } from '../core/world.ts';
import { helpers, type EngineStore } from './engine.ts';
import { KeyValueStore } from './key-value-store.ts';
import type { EngineTable, Item, Table } from './model.ts';
import { ExpiryWatch } from './time-to-live.ts';

/** Largest item in bytes: 400 KB. */
const ITEM_LIMIT = 400 * 1024;

export interface DynamoDbOptions {
  /** How long tables and indexes take to become ready, to change and to go, in sandbox milliseconds. */
  readonly tableDelayMs?: number;
  /** How long items outlive their time to live, in sandbox milliseconds; AWS promises "within a few days". */
  readonly ttlDelayMs?: number;
}

/** Tables, their items, and the store through which the engine sees both. */
export class DynamoDbState {
  readonly world: World;
  readonly tables: Collection<Table>;
  readonly tableDelayMs: number;
  readonly ttlDelayMs: number;
  readonly store: EngineStore;
  readonly #items = new Map<string, KeyValueStore>();
  readonly #indexes = new Map<string, KeyValueStore>();
  readonly #expiries = new Map<string, ExpiryWatch>();

  constructor(world: World, options: DynamoDbOptions) {
    this.world = world;
    this.tables = world.storage.collection('dynamodb.tables');
    this.tableDelayMs = options.tableDelayMs ?? 1_000;
    this.ttlDelayMs = options.ttlDelayMs ?? 48 * 3_600_000;
    this.store = {
      options: { maxItemSize: ITEM_LIMIT },
      getTable: (name, callback) => {
        const table = this.usableTable(name);
        if (table) callback(null, table);
        else callback(noSuchTable('Requested resource not found'));
      },
      getItemDb: (name) => this.#itemStore(name),
      getIndexDb: (_type, name, index) => this.#indexStore(name, index),
    };
  }

  /** The table unless it is gone; one whose deletion has ended is forgotten here. */
  table(name: string): Table | undefined {
    const table = this.tables.get(name);
    if (!table?.goneAt || table.goneAt > this.world.clock.now()) return table;
    this.tables.delete(name);
    return undefined;
  }

  /** The table, or ResourceNotFoundException in the words of the operations on tables. */
  existingTable(nameOrArn: string | undefined): Table {
    const name = tableName(nameOrArn);
    const table = this.table(name);
    if (table) return table;
    throw noSuchTable(`Requested resource not found: Table: ${name} not found`);
  }

  /** The table in the engine's shape, if items of it can be read and written now. */
  usableTable(name: string): EngineTable | undefined {
    const table = this.table(name);
    const now = this.world.clock.now();
    if (!table || table.readyAt > now || table.goneAt !== undefined) return undefined;
    this.#expire(table);
    return engineTable(table, now);
  }

  items(name: string): Collection<Item> {
    return this.world.storage.collection(`dynamodb.items.${name}`);
  }

  /** Forgets what is derived from a table's items and settings; it is built again when needed. */
  forgetDerived(name: string): void {
    this.#items.delete(name);
    this.#expiries.delete(name);
    for (const key of this.#indexes.keys()) if (key.startsWith(`${name}/`)) this.#indexes.delete(key);
  }

  /** Removes all items of a table. */
  clear(name: string): void {
    const items = this.items(name);
    for (const key of [...items.keys()]) items.delete(key);
    this.forgetDerived(name);
  }

  #itemStore(name: string): KeyValueStore {
    const known = this.#items.get(name);
    if (known) return known;
    const made = new KeyValueStore(this.items(name), (item) => this.#expiries.get(name)?.noticed(item));
    this.#items.set(name, made);
    return made;
  }

  /** Indexes are derived: built from the items on first use, kept up to date by the engine from then on. */
  #indexStore(name: string, index: string): KeyValueStore {
    const key = `${name}/${index}`;
    const known = this.#indexes.get(key);
    if (known) return known;
    const made = new KeyValueStore(this.#indexEntries(name, index));
    this.#indexes.set(key, made);
    return made;
  }

  #indexEntries(name: string, index: string): Map<string, Item> & { put(key: string, item: Item): void } {
    const table = this.table(name);
    const entries = new Map<string, Item>();
    const definition = [...(table?.local ?? []), ...(table?.global ?? [])].find((one) => one.IndexName === index);
    if (table && definition) {
      const shape = engineTable(table, this.world.clock.now());
      for (const item of this.items(name).values())
        for (const put of helpers().getIndexActions([definition], null, item, shape).puts)
          entries.set(put.key, put.item);
    }
    return Object.assign(entries, { put: (key: string, item: Item) => void entries.set(key, item) });
  }

  #expire(table: Table): void {
    const attribute = table.timeToLive?.Enabled ? table.timeToLive.AttributeName : undefined;
    if (attribute === undefined) return;
    const watch = this.#expiries.get(table.name) ?? new ExpiryWatch(attribute, this.items(table.name), this.ttlDelayMs);
    this.#expiries.set(table.name, watch);
    const expired = watch.expired(this.world.clock.now());
    if (expired.length === 0) return;
    for (const key of expired) this.items(table.name).delete(key);
    this.forgetDerived(table.name);
  }
}

/** A table's name, which newer clients may also give as its ARN. */
export function tableName(nameOrArn: string | undefined): string {
  return /^arn:[^:]*:dynamodb:[^:]*:[^:]*:table\/([^/]+)/.exec(nameOrArn ?? '')?.[1] ?? nameOrArn ?? '';
}

export function noSuchTable(message: string): AwsError & { body?: undefined } {
  return new AwsError('ResourceNotFoundException', message, { status: 400 });
}

/** An index counts from when it is ready until its deletion begins. */
export function engineTable(table: Table, now: number): EngineTable {
  const global = table.global.filter((index) => (index.readyAt ?? 0) <= now && index.goneAt === undefined);
  return {
    TableName: table.name,
    TableStatus: 'ACTIVE',
    KeySchema: table.keySchema,
    AttributeDefinitions: table.attributes,
    ...(table.local.length > 0 && { LocalSecondaryIndexes: table.local }),
    ...(global.length > 0 && { GlobalSecondaryIndexes: global }),
  };
}
