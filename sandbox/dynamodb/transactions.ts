import type {
  CancellationReason,
  ConsumedCapacity,
  TransactGetItemsInput,
  TransactGetItemsOutput,
  TransactWriteItem,
  TransactWriteItemsInput,
  TransactWriteItemsOutput,
} from '@aws-sdk/client-dynamodb';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Need, type Operation } from '../core/service.ts';
import { fromEngine, toEngine } from './attribute-values.ts';
import { asAwsError, helpers, runNow, validated, type Validated } from './engine.ts';
import { currentItem } from './items.ts';
import type { EngineTable, Item } from './model.ts';
import { leadingKeys, tableNeed } from './needs.ts';
import { replayed, remember } from './request-tokens.ts';
import { noSuchTable, tableName, type DynamoDbState } from './state.ts';

/** Most actions in one transaction. */
const ACTION_LIMIT = 100;
/** Largest sum of item sizes in one transaction, in bytes: 4 MB. */
const SIZE_LIMIT = 4 * 1024 * 1024;

const KINDS = ['ConditionCheck', 'Put', 'Update', 'Delete'] as const;
type Kind = (typeof KINDS)[number];

/** IAM action and engine action of each kind. A check of a condition is validated as a deletion, and deletes nothing. */
const ACTIONS = {
  ConditionCheck: { iam: 'ConditionCheckItem', engine: 'deleteItem' },
  Put: { iam: 'PutItem', engine: 'putItem' },
  Update: { iam: 'UpdateItem', engine: 'updateItem' },
  Delete: { iam: 'DeleteItem', engine: 'deleteItem' },
} as const;

interface Request {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

interface Step {
  readonly kind: Kind;
  readonly request: Request;
  readonly data: Validated;
  readonly table: EngineTable;
}

/** Transactions: all or nothing, since nothing else runs between the first check and the last write. */
export function transactionOperations(state: DynamoDbState): Record<string, Operation> {
  return {
    TransactWriteItems: operation<TransactWriteItemsInput, TransactWriteItemsOutput>({
      needs: (input) => (input.TransactItems ?? []).map((item) => transactNeed(state, ...kindOf(item))),
      handle: (input) => transactWrite(state, input),
    }),
    TransactGetItems: operation<TransactGetItemsInput, TransactGetItemsOutput>({
      needs: (input) => (input.TransactItems ?? []).map(({ Get }) => getNeed(state, (Get ?? {}) as Request)),
      handle: (input) => transactGet(state, input),
    }),
  };
}

function transactNeed(state: DynamoDbState, kind: Kind, request: Request): Need {
  const keys = [request.Key ?? request.Item ?? {}];
  const context = {
    ...leadingKeys(state, request.TableName, keys),
    'dynamodb:EnclosingOperation': 'TransactWriteItems',
  };
  return tableNeed(state.world, ACTIONS[kind].iam, request.TableName, { context });
}

function getNeed(state: DynamoDbState, request: Request): Need {
  const context = {
    ...leadingKeys(state, request.TableName, [request.Key ?? {}]),
    'dynamodb:EnclosingOperation': 'TransactGetItems',
  };
  return tableNeed(state.world, 'GetItem', request.TableName, { context });
}

function transactWrite(state: DynamoDbState, input: TransactWriteItemsInput): TransactWriteItemsOutput {
  checkCount(input.TransactItems);
  if (replayed(state.world, input)) return {};
  const steps = (input.TransactItems ?? []).map((item) => stepOf(state, item));
  refuseTwice(steps);
  cancelUnless(steps.map((step) => checkKey(step) ?? checkCondition(state, step)));
  checkSize(steps);
  const capacity = consumed(state, steps, input.ReturnConsumedCapacity);
  apply(state, steps);
  remember(state.world, input);
  return capacity;
}

function stepOf(state: DynamoDbState, item: TransactWriteItem): Step {
  const [kind, asked] = kindOf(item);
  const request = { ...asked, TableName: tableName(asked.TableName) };
  const data = validated(ACTIONS[kind].engine, state.store, toEngine(request));
  const table = state.usableTable(data.TableName);
  if (!table) throw noSuchTable('Requested resource not found');
  return { kind, request, data, table };
}

function kindOf(item: TransactWriteItem): [Kind, Request] {
  const [kind, ...more] = KINDS.filter((name) => item[name] !== undefined);
  if (kind && more.length === 0) return [kind, item[kind] as unknown as Request];
  const message =
    'TransactItems can only contain one of Check, Put, Update or Delete. Exactly one of these operations must be supplied for each item.';
  throw new AwsError('ValidationException', message, { status: 400 });
}

function checkCount(items: readonly unknown[] | undefined): void {
  const count = items?.length ?? 0;
  if (count >= 1 && count <= ACTION_LIMIT) return;
  const bound = count === 0 ? 'greater than or equal to 1' : `less than or equal to ${ACTION_LIMIT}`;
  const message = `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${bound}`;
  throw new AwsError('ValidationException', message, { status: 400 });
}

function checkSize(steps: readonly Step[]): void {
  const size = steps.reduce((sum, { data }) => sum + helpers().itemSize((data['Item'] ?? data['Key']) as Item), 0);
  if (size <= SIZE_LIMIT) return;
  const message = 'Collection size of items in transaction request exceeds limit of 4MB';
  throw new AwsError('ValidationException', message, { status: 400 });
}

type Problem = CancellationReason & { readonly Code: string };

/** @throws AwsError TransactionCanceledException, with one reason for each action, unless there is no problem. */
function cancelUnless(problems: readonly (Problem | undefined)[]): void {
  if (problems.every((problem) => problem === undefined)) return;
  const reasons = problems.map((problem) => problem ?? { Code: 'None' });
  const codes = reasons.map(({ Code }) => Code).join(', ');
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`;
  throw new AwsError('TransactionCanceledException', message, {
    status: 400,
    extra: { Message: message, CancellationReasons: reasons },
  });
}

function checkKey({ kind, data, table }: Step): Problem | undefined {
  const { validateItem, validateKey, validateUpdates } = helpers();
  const invalid = kind === 'Put' ? validateItem(data['Item'] as Item, table) : validateKey(data['Key'] as Item, table);
  const wrong = invalid ?? (kind === 'Update' ? validateUpdates(undefined, data['_updates'], table) : undefined);
  return wrong && { Code: 'ValidationError', Message: asAwsError(wrong).message };
}

function checkCondition(state: DynamoDbState, { data, request }: Step): Problem | undefined {
  const existing = currentItem(state, data);
  const failed = helpers().checkConditional(data, existing);
  if (!failed) return undefined;
  const wanted = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && existing;
  const Message = asAwsError(failed).message;
  return {
    Code: 'ConditionalCheckFailed',
    Message,
    ...(wanted && { Item: existing as unknown as NonNullable<Problem['Item']> }),
  };
}

function refuseTwice(steps: readonly Step[]): void {
  const seen = new Set<string>();
  for (const step of steps) {
    if (checkKey(step)) continue;
    const id = `${step.table.TableName}/${keyOf(step)}`;
    if (!seen.has(id)) seen.add(id);
    else {
      const message = 'Transaction request cannot include multiple operations on one item';
      throw new AwsError('ValidationException', message, { status: 400 });
    }
  }
}

function keyOf({ data, table }: Step): string {
  return helpers().createKey((data['Item'] ?? data['Key']) as Item, table);
}

/** Writes; if one write turns out to be impossible, e.g. an update of the wrong type, takes the others back. */
function apply(state: DynamoDbState, steps: readonly Step[]): void {
  const before = steps.map((step) => state.items(step.table.TableName).get(keyOf(step)));
  steps.forEach((step, i) => {
    if (step.kind === 'ConditionCheck') return;
    try {
      runNow(ACTIONS[step.kind].engine, state.store, structuredClone(step.data));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      steps.slice(0, i).forEach((done, j) => restore(state, done, before[j]));
      const problem = { Code: 'ValidationError', Message: error.message };
      cancelUnless(steps.map((_, j) => (j === i ? problem : undefined)));
    }
  });
}

function restore(state: DynamoDbState, step: Step, before: Item | undefined): void {
  const items = state.items(step.table.TableName);
  if (before) items.put(keyOf(step), before);
  else items.delete(keyOf(step));
  state.forgetDerived(step.table.TableName);
}

/** Transactional writes cost two units for each kilobyte. */
function consumed(
  state: DynamoDbState,
  steps: readonly Step[],
  wanted: string | undefined,
): { ConsumedCapacity?: ConsumedCapacity[] } {
  if (wanted !== 'TOTAL' && wanted !== 'INDEXES') return {};
  const units = new Map<string, number>();
  for (const { data, table } of steps) {
    const sizes = [currentItem(state, data), data['Item'] as Item | undefined].map(
      (item) => item && helpers().itemSize(item),
    );
    const cost = 2 * Math.max(1, Math.ceil(Math.max(...sizes.map((size) => size ?? 0)) / 1024));
    units.set(table.TableName, (units.get(table.TableName) ?? 0) + cost);
  }
  return {
    ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({
      TableName,
      CapacityUnits,
      WriteCapacityUnits: CapacityUnits,
    })),
  };
}

function transactGet(state: DynamoDbState, input: TransactGetItemsInput): TransactGetItemsOutput {
  checkCount(input.TransactItems);
  const gets = (input.TransactItems ?? []).map(({ Get }) => {
    const data = validated('getItem', state.store, toEngine({ ...Get, TableName: tableName(Get?.TableName) }));
    const table = state.usableTable(data.TableName);
    if (!table) throw noSuchTable('Requested resource not found');
    return { data, table };
  });
  cancelUnless(
    gets.map(({ data, table }) => {
      const invalid = helpers().validateKey(data['Key'] as Item, table);
      return invalid && { Code: 'ValidationError', Message: asAwsError(invalid).message };
    }),
  );
  const Responses = gets.map(({ data }) => fromEngine(runNow('getItem', state.store, data)) as { Item?: never });
  return { Responses };
}
