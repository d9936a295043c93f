import type { Queue } from './model.ts';
import { messagesOf, numberOf, type SqsState } from './state.ts';

/** Forgets messages that the queue has kept for as long as it should. */
export function expire(state: SqsState, queue: Queue): void {
  const oldest = state.world.clock.now() - numberOf(queue, 'MessageRetentionPeriod') * 1000;
  const messages = messagesOf(state, queue.name);
  for (const [id, sent] of [...messages.values()].map((message) => [message.id, message.sent] as const)) {
    if (sent < oldest) messages.delete(id);
  }
}
