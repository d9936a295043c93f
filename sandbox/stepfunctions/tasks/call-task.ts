import type { Principal } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import type { Data } from '../asl/json.ts';
import { callAwsSdk } from './call-aws-sdk.ts';
import { callOptimised } from './call-optimised.ts';
import { invokeFunction, invokeThroughIntegration } from './invoke-lambda.ts';
import { OPTIMISED, type OptimisedIntegration } from './optimised.ts';
import type { TaskResource } from './task-resource.ts';

/** What a request of a task needs. */
export interface TaskCall {
  readonly world: World;
  /** The state machine's role. */
  readonly principal: Principal;
  readonly resource: TaskResource;
  /** The evaluated `Arguments`. */
  readonly arguments: Data;
}

/**
 * Sends a task's request and gives the answer as the state's result would hold it.
 * @throws StateError with the error name and cause that Step Functions would report.
 */
export async function callTask(call: TaskCall): Promise<Data> {
  const { resource } = call;
  if (resource.kind === 'function') return invokeFunction(call, resource.arn);
  if (resource.kind === 'aws-sdk') return callAwsSdk(call, resource.service, resource.action);
  const integration = OPTIMISED[`${resource.service}:${resource.action}`] as OptimisedIntegration;
  if (integration.operation === 'Invoke') return invokeThroughIntegration(call, integration);
  return callOptimised(call, integration, resource.pattern);
}
