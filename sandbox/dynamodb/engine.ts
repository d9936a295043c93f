import { createRequire } from 'node:module';
import { AwsError } from '../core/aws-error.ts';
import type { EngineTable, Item, Value } from './model.ts';
import type { KeyValueStore } from './key-value-store.ts';
import { type Parse, remembering } from './remembered-parser.ts';

/** Operations whose semantics come from dynalite. */
export type EngineAction =
  'batchGetItem' | 'batchWriteItem' | 'deleteItem' | 'getItem' | 'putItem' | 'query' | 'scan' | 'updateItem';

/** What dynalite's actions use of a store. */
export interface EngineStore {
  readonly options: { readonly maxItemSize: number };
  getTable(name: string, callback: (error: Error | null, table?: EngineTable) => void): void;
  getItemDb(table: string): KeyValueStore;
  getIndexDb(type: string, table: string, index: string): KeyValueStore;
}

/** A request after validation; `_condition` and the like hold parsed expressions. */
export type Validated = Readonly<Record<string, unknown>> & { readonly TableName: string };

type Action = (
  store: EngineStore,
  data: Validated,
  callback: (error: EngineError | null, answer?: unknown) => void,
) => void;

interface Validation {
  readonly types: object;
  readonly custom: unknown;
}

/** Errors in dynalite carry what DynamoDB would have sent. */
interface EngineError extends Error {
  readonly statusCode?: number;
  readonly body?: { readonly __type: string; readonly message?: string; readonly Message?: string };
}

interface Validations {
  readonly checkTypes: (data: unknown, types: object) => unknown;
  readonly checkValidations: (data: unknown, types: object, custom: unknown, store: EngineStore) => void;
}

/** dynalite's pure helpers that are used beside its actions. */
interface Helpers {
  readonly createKey: (item: Item, table: EngineTable) => string;
  readonly validateKey: (key: Item, table: EngineTable) => EngineError | undefined;
  readonly validateItem: (item: Item, table: EngineTable) => EngineError | undefined;
  readonly validateUpdates: (legacy: unknown, updates: unknown, table: EngineTable) => EngineError | undefined;
  readonly checkConditional: (data: Validated, item: Item | undefined) => EngineError | null | undefined;
  readonly itemSize: (item: Item) => number;
  readonly getIndexActions: (
    indexes: readonly object[],
    existing: Item | null,
    item: Item | null,
    table: EngineTable,
  ) => { puts: readonly { key: string; item: Item }[] };
}

const require = createRequire(import.meta.url);
const loaded = new Map<string, unknown>();

/** `require`, without asking each time where the file is. */
function load(file: string): unknown {
  const known = loaded.get(file) ?? (require(file) as unknown);
  loaded.set(file, known);
  return known;
}

/** dynalite's helpers, loaded on first use: they bring a native module along that an idle sandbox need not pay for. */
export function helpers(): Helpers {
  return load('dynalite/db/index.js') as Helpers;
}

const PARSERS = ['conditionParser', 'updateParser', 'projectionParser'];
let remembered = false;

/** dynalite asks its parsers by their modules: there they get a memory, before the first request. */
function validations(): Validations {
  if (!remembered)
    for (const name of PARSERS) {
      const parser = load(`dynalite/db/${name}.js`) as { parse: Parse };
      parser.parse = remembering(parser.parse);
    }
  remembered = true;
  return load('dynalite/validations/index.js') as Validations;
}

/** Checks a request as DynamoDB does, and parses its expressions. @throws AwsError ValidationException and kin. */
export function validated(action: EngineAction | 'createTable', store: EngineStore, input: unknown): Validated {
  const { checkTypes, checkValidations } = validations();
  const validation = load(`dynalite/validations/${action}.js`) as Validation;
  try {
    const data = checkTypes(input, validation.types);
    checkValidations(data, validation.types, validation.custom, store);
    return data as Validated;
  } catch (error) {
    throw asAwsError(error);
  }
}

/** Runs an action on a validated request. All but reads of ranges are done when this returns. */
export function run<T>(action: EngineAction, store: EngineStore, data: Validated): Promise<T> {
  return new Promise((resolve, reject) => {
    perform(action, store, data, (error, answer) => (error ? reject(asAwsError(error)) : resolve(answer as T)));
  });
}

/** Runs an action on one item, done when this returns. */
export function runNow<T>(
  action: 'putItem' | 'updateItem' | 'deleteItem' | 'getItem',
  store: EngineStore,
  data: Validated,
): T {
  let outcome: { error: EngineError | null; answer: unknown } | undefined;
  perform(action, store, data, (error, answer) => (outcome = { error, answer }));
  if (!outcome) throw new Error(`expected ${action} to end at once, it is still running`);
  if (outcome.error) throw asAwsError(outcome.error);
  return outcome.answer as T;
}

function perform(action: EngineAction, store: EngineStore, data: Validated, callback: Parameters<Action>[2]): void {
  (load(`dynalite/actions/${action}.js`) as Action)(store, data, callback);
}

/** Any error of the engine as the client gets it; a defect stays what it is. */
export function asAwsError(error: unknown): Error {
  const { body, statusCode } = error as EngineError;
  if (!body) return error instanceof Error ? error : new Error(String(error));
  const code = body.__type.split('#')[1] ?? body.__type;
  return new AwsError(code, body.message ?? body.Message ?? '', { status: statusCode ?? 400 });
}

/** The type of an attribute value: `S`, `N`, … */
export function typeOf(value: Value): string {
  return Object.keys(value)[0] ?? '';
}
