import type { InvocationRequest, InvocationResponse } from '@aws-sdk/client-lambda';
import type { Call, Operation } from '../../core/service.ts';
import { operation } from '../../core/service.ts';
import { Constraints } from '../constraints.ts';
import { unsupported } from '../errors.ts';
import type { AsynchronousQueue } from '../invoke/asynchronous-queue.ts';
import type { Invoker } from '../invoke/invoker.ts';
import { checkedPayload } from '../invoke/payload.ts';
import { traceOf } from '../invoke/trace.ts';
import type { Lambda } from '../lambda.ts';
import { functionNeed, targetOf } from '../names.ts';

/** Invoke: waits for the answer, queues the event, or only checks that it could run. */
export function invokeOperation(lambda: Lambda, invoker: Invoker, queue: AsynchronousQueue): Operation {
  return operation<InvocationRequest, InvocationResponse>({
    needs: (input, world) => {
      const target = targetOf(input, world);
      const resourcePolicy = lambda.state.policyOf(target);
      return [functionNeed(world, 'InvokeFunction', target, { resourcePolicy })];
    },
    handle: (input, call) => invoke(lambda, invoker, queue, input, call),
    differs:
      'code runs in child processes, on the Node.js and Python of this machine, that are not frozen between invocations; their Date starts at sandbox time and runs at real rate',
  });
}

async function invoke(
  lambda: Lambda,
  invoker: Invoker,
  queue: AsynchronousQueue,
  input: InvocationRequest,
  call: Call,
): Promise<InvocationResponse> {
  refuseUnsupported(input);
  new Constraints()
    .oneOf('invocationType', input.InvocationType, ['Event', 'RequestResponse', 'DryRun'])
    .oneOf('logType', input.LogType, ['None', 'Tail'])
    .throwIfAny();
  const target = targetOf(input, lambda.world);
  lambda.state.resolve(target);
  const asynchronous = input.InvocationType === 'Event';
  const payload = checkedPayload(input.Payload, asynchronous);
  const trace = traceOf(lambda.world, call.headers);
  const request = { target, requestId: call.requestId, payload, trace };
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
  if (asynchronous) {
    queue.add(request);
    return { StatusCode: 202 };
  }
  const outcome = await invoker.invoke({ ...request, clientContext: input.ClientContext });
  return {
    StatusCode: 200,
    ...(outcome.functionError && { FunctionError: outcome.functionError }),
    ...(input.LogType === 'Tail' && { LogResult: outcome.logTail }),
    ExecutedVersion: outcome.executedVersion,
    Payload: outcome.payload,
  };
}

function refuseUnsupported(input: InvocationRequest): void {
  if (input.TenantId) throw unsupported('Lambda tenant isolation (TenantId)');
  if (input.DurableExecutionName) throw unsupported('durable executions of Lambda (DurableExecutionName)');
}
