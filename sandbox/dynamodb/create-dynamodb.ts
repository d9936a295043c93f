import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { itemOperations } from './items.ts';
import { DynamoDbState, type DynamoDbOptions } from './state.ts';
import { settingOperations } from './table-settings.ts';
import { tableOperations } from './tables.ts';
import { transactionOperations } from './transactions.ts';
import { updateTableOperation } from './update-table.ts';

/**
 * Amazon DynamoDB. Expressions, validation and the semantics of single items and ranges are dynalite's, called in
 * process on a store of ours; tables, transactions, time to live and the items themselves are ours.
 */
export function createDynamoDb(world: World, options: DynamoDbOptions = {}): { service: Service } {
  const state = new DynamoDbState(world, options);
  const operations = {
    ...tableOperations(state),
    UpdateTable: updateTableOperation(state),
    ...settingOperations(state),
    ...itemOperations(state),
    ...transactionOperations(state),
  };
  return { service: { id: 'DynamoDB', sdk: () => import('@aws-sdk/client-dynamodb'), operations } };
}
