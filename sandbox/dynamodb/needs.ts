import type { Need } from '../core/service.ts';
import type { World } from '../core/world.ts';
import type { Item } from './model.ts';
import { typeOf } from './engine.ts';
import { tableName, type DynamoDbState } from './state.ts';

/** ARN of a table, or of an index of it. */
export function tableArn(world: World, table: string, index?: string): string {
  const arn = `arn:aws:dynamodb:${world.region}:${world.accountId}:table/${table}`;
  return index === undefined ? arn : `${arn}/index/${index}`;
}

/** A permission on a table. */
export function tableNeed(
  world: World,
  action: string,
  nameOrArn: string | undefined,
  more: { index?: string | undefined; context?: Need['context'] } = {},
): Need {
  const resource = tableArn(world, tableName(nameOrArn), more.index);
  return { action: `dynamodb:${action}`, resource, ...(more.context && { context: more.context }) };
}

/** The condition key that narrows a role to some partitions: values of the hash keys that the request touches. */
export function leadingKeys(
  state: DynamoDbState,
  nameOrArn: string | undefined,
  keys: readonly Item[],
): Need['context'] {
  const hash = state.table(tableName(nameOrArn))?.keySchema[0]?.AttributeName;
  const values = keys.map((key) => textOf(hash === undefined ? undefined : key[hash]));
  return { 'dynamodb:LeadingKeys': values.filter((value) => value !== undefined) };
}

function textOf(value: Item[string] | undefined): string | undefined {
  const inner = value && value[typeOf(value)];
  if (inner instanceof Uint8Array) return Buffer.from(inner).toString('base64');
  return typeof inner === 'string' ? inner : undefined;
}
