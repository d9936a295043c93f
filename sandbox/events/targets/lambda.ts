import type { World } from '../../core/world.ts';
import type { Attempt } from './send.ts';

/** Invokes a function asynchronously: Lambda then has its own retries. */
export async function sendToLambda(world: World, { target, input, principal }: Attempt): Promise<void> {
  const request = { FunctionName: target.Arn, InvocationType: 'Event', Payload: new TextEncoder().encode(input) };
  await world.call('Lambda', 'Invoke', request, principal);
}
