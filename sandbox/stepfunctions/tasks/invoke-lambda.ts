import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import { dataOf, exceedsPayload, isJsonObject, type Data, type Json } from '../asl/json.ts';
import { StateError } from '../asl/state-error.ts';
import type { TaskCall } from './call-task.ts';
import { OPTIMISED, type OptimisedIntegration } from './optimised.ts';
import { sdkMetadata } from './response-metadata.ts';
import { toOptimisedError } from './service-errors.ts';

/** A Task whose resource is a function's ARN: the whole input is the payload, and the payload is the result. */
export async function invokeFunction(call: TaskCall, arn: string): Promise<Data> {
  const integration = OPTIMISED['lambda:invoke'] as OptimisedIntegration;
  const { response, payload } = await invoke(call, integration, {
    FunctionName: arn,
    Payload: Buffer.from(call.arguments.text),
  });
  throwFunctionError(response, payload);
  return limited(parsePayload(payload), arn);
}

/** `arn:aws:states:::lambda:invoke`: the answer comes with its metadata. */
export async function invokeThroughIntegration(call: TaskCall, integration: OptimisedIntegration): Promise<Data> {
  const { Payload, ...rest } = readArguments(call.arguments.value);
  const given = rest as unknown as InvocationRequest;
  const request = Payload === undefined ? given : { ...given, Payload: Buffer.from(JSON.stringify(Payload)) };
  const { response, payload, requestId } = await invoke(call, integration, request);
  throwFunctionError(response, payload);
  const headers = {
    'X-Amz-Executed-Version': response.ExecutedVersion ?? '$LATEST',
    'x-amzn-Remapped-Content-Length': '0',
    Connection: 'keep-alive',
    'Content-Length': String(Buffer.byteLength(payload)),
    'X-Amzn-Trace-Id': traceId(call),
    'Content-Type': 'application/json',
  };
  const result = {
    ExecutedVersion: response.ExecutedVersion ?? '$LATEST',
    ...(response.LogResult !== undefined && { LogResult: response.LogResult }),
    Payload: parsePayload(payload),
    ...sdkMetadata(call.world, requestId, headers, response.StatusCode ?? 200),
    StatusCode: response.StatusCode ?? 200,
  };
  return limited(result, 'lambda');
}

const PARAMETERS = new Set(['FunctionName', 'Payload', 'Qualifier', 'InvocationType', 'LogType', 'ClientContext']);

function readArguments(value: Json): Record<string, Json> {
  if (!isJsonObject(value)) throw new StateError('States.Runtime', 'The arguments of lambda:invoke must be an object');
  const unknown = Object.keys(value).find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined)
    throw new StateError('States.Runtime', `The field '${unknown}' is not supported by Step Functions`);
  if (value.FunctionName === undefined)
    throw new StateError('States.Runtime', "The field 'FunctionName' is required but was missing");
  return { ...value };
}

interface Invocation {
  readonly response: InvocationResponse;
  readonly payload: string;
  readonly requestId: string;
}

async function invoke(
  call: TaskCall,
  integration: OptimisedIntegration,
  request: InvocationRequest,
): Promise<Invocation> {
  const requestId = call.world.random.uuid();
  try {
    const { world, principal } = call;
    const response = await world.call<InvocationResponse>('Lambda', 'Invoke', request, principal, { requestId });
    const payload = response.Payload ? Buffer.from(response.Payload).toString('utf8') : '';
    return { response, payload, requestId };
  } catch (cause) {
    throw await toOptimisedError(cause, integration, call.world, requestId);
  }
}

function parsePayload(payload: string): Json {
  try {
    return JSON.parse(payload) as Json;
  } catch {
    return payload;
  }
}

/** A function that failed: its error type is the error name, its whole answer the cause. */
function throwFunctionError(response: InvocationResponse, payload: string): void {
  if (response.FunctionError === undefined) return;
  const answer = parsePayload(payload);
  const type = isJsonObject(answer) ? answer.errorType : undefined;
  if (typeof type === 'string' && type !== '') throw new StateError(type, payload);
  const unknown = 'The cause could not be determined because Lambda did not return an error type.';
  throw new StateError('Lambda.Unknown', `${unknown} Returned payload: ${payload}`);
}

function limited(value: Json, name: string): Data {
  const data = dataOf(value);
  if (!exceedsPayload(data.text)) return data;
  const cause = `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
  throw new StateError('States.DataLimitExceeded', cause);
}

function traceId(call: TaskCall): string {
  const { clock, random } = call.world;
  const seconds = Math.floor(clock.now() / 1000).toString(16);
  return `root=1-${seconds}-${random.text(24)};parent=${random.text(16)};sampled=0`;
}
