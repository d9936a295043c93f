import type { World } from '../../core/world.ts';
import type { Attempt } from './send.ts';

/** Starts an execution. EventBridge names it after the event, with a part that differs from attempt to attempt. */
export async function sendToStateMachine(world: World, { target, event, input, principal }: Attempt): Promise<void> {
  const name = `${event.id}_${world.random.uuid()}`;
  await world.call('SFN', 'StartExecution', { stateMachineArn: target.Arn, name, input }, principal);
}
