import type { PutEventsResponse } from '@aws-sdk/client-eventbridge';
import { dataOf, exceedsPayload, isJsonObject, type Data, type Json, type JsonObject } from '../asl/json.ts';
import { StateError } from '../asl/state-error.ts';
import { tooLarge } from '../run/leave-state.ts';
import type { TaskCall } from './call-task.ts';
import type { OptimisedIntegration } from './optimised.ts';
import { sdkMetadata } from './response-metadata.ts';
import { operationModel, type OperationModel } from './sdk-model.ts';
import { fromOutput, OPTIMISED_SPELLING, toInput } from './sdk-shape.ts';
import { toOptimisedError } from './service-errors.ts';
import type { Pattern } from './task-resource.ts';

/** An optimised integration other than Lambda's: JSON parameters go out as text, and HTTP facts come back. */
export async function callOptimised(
  call: TaskCall,
  integration: OptimisedIntegration,
  pattern: Pattern,
): Promise<Data> {
  const model = (await operationModel(call.world, integration.id, integration.operation)) as OperationModel;
  const parameters = withText(call.arguments.value, integration.jsonParameters);
  const input = toInput(model.input, parameters, OPTIMISED_SPELLING) as object;
  const requestId = call.world.random.uuid();
  const output = await send(call, integration, input, requestId);
  const members = (await fromOutput(model.output, output, OPTIMISED_SPELLING)) as JsonObject;
  if (integration.operation === 'PutEvents') throwFailedEntries(output as PutEventsResponse, members);
  const metadata = sdkMetadata(call.world, requestId, headersOf(integration, members), 200);
  const result = dataOf(sorted({ ...members, ...metadata }));
  if (exceedsPayload(result.text)) throw tooLarge(pattern === 'requestResponse' ? integration.operation : pattern);
  return result;
}

async function send(
  call: TaskCall,
  integration: OptimisedIntegration,
  input: object,
  requestId: string,
): Promise<unknown> {
  try {
    const { world, principal } = call;
    return await world.call(integration.id, integration.operation, input, principal, { requestId });
  } catch (cause) {
    throw await toOptimisedError(cause, integration, call.world, requestId);
  }
}

/** Parameters that take any JSON are written out, wherever they stand. */
function withText(value: Json, names: readonly string[]): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withText(item, names));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => {
    if (names.includes(key)) return [key, typeof item === 'string' ? item : JSON.stringify(item)];
    return [key, key === 'Entries' ? withText(item, names) : item];
  });
  return Object.fromEntries(entries);
}

/** PutEvents succeeds although entries failed; Step Functions makes that an error. */
function throwFailedEntries(response: PutEventsResponse, members: JsonObject): void {
  if (!response.FailedEntryCount) return;
  throw new StateError('EventBridge.FailedEntry', JSON.stringify(members));
}

function headersOf(integration: OptimisedIntegration, members: JsonObject): Record<string, string> {
  const version = integration.id === 'EventBridge' ? '1.1' : '1.0';
  return {
    connection: 'keep-alive',
    'Content-Length': String(Buffer.byteLength(JSON.stringify(members))),
    'Content-Type': integration.id === 'SNS' ? 'text/xml' : `application/x-amz-json-${version}`,
  };
}

function sorted(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
