import { dataOf, exceedsPayload, type Data } from '../asl/json.ts';
import { StateError } from '../asl/state-error.ts';
import { tooLarge } from '../run/leave-state.ts';
import type { TaskCall } from './call-task.ts';
import { operationModel } from './sdk-model.ts';
import { SDK_SERVICES, type SdkService } from './sdk-services.ts';
import { fromOutput, SDK_SPELLING, toInput } from './sdk-shape.ts';
import { toSdkError } from './service-errors.ts';

/** `arn:aws:states:::aws-sdk:<service>:<action>`: any operation that the sandbox has. */
export async function callAwsSdk(call: TaskCall, serviceName: string, action: string): Promise<Data> {
  const service = SDK_SERVICES[serviceName] as SdkService;
  const operation = action.charAt(0).toUpperCase() + action.slice(1);
  const model = await operationModel(call.world, service.id, operation);
  if (!model) throw new StateError('States.Runtime', `The service '${serviceName}' has no action '${action}'`);
  const input = toInput(model.input, call.arguments.value, SDK_SPELLING) as object;
  const output = await send(call, service, operation, input);
  const result = dataOf(await fromOutput(model.output, output ?? {}, SDK_SPELLING));
  if (exceedsPayload(result.text)) throw tooLarge(`aws-sdk:${serviceName}`);
  return result;
}

async function send(call: TaskCall, service: SdkService, operation: string, input: object): Promise<unknown> {
  const requestId = call.world.random.uuid();
  try {
    return await call.world.call(service.id, operation, input, call.principal, { requestId });
  } catch (cause) {
    throw await toSdkError(cause, service, call.world, requestId);
  }
}
