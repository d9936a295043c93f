import type { World } from '../../core/world.ts';
import type { Attempt } from './send.ts';

/** Publishes the input as a message. */
export async function sendToSns(world: World, { target, input, principal }: Attempt): Promise<void> {
  await world.call('SNS', 'Publish', { TopicArn: target.Arn, Message: input }, principal);
}
