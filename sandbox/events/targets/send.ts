import type { Target } from '@aws-sdk/client-eventbridge';
import type { Principal } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import type { EventDocument } from '../event-document.ts';
import { sendToLambda } from './lambda.ts';
import { sendToLogGroup } from './log-group.ts';
import { sendToSns } from './sns.ts';
import { sendToSqs } from './sqs.ts';
import { sendToStateMachine } from './state-machine.ts';
import { targetKind } from './target-kind.ts';

/** One attempt at one target. */
export interface Attempt {
  readonly target: Target;
  readonly event: EventDocument;
  /** The text to deliver, after the input transformation. */
  readonly input: string;
  /** The target's role, or EventBridge itself on behalf of the rule. */
  readonly principal: Principal;
}

/** Hands the input to the target. Rejects with what the target's service answered. */
export async function send(world: World, attempt: Attempt): Promise<void> {
  switch (targetKind(attempt.target.Arn ?? '')) {
    case 'state machine':
      return sendToStateMachine(world, attempt);
    case 'function':
      return sendToLambda(world, attempt);
    case 'queue':
      return sendToSqs(world, attempt);
    case 'topic':
      return sendToSns(world, attempt);
    case 'log group':
      return sendToLogGroup(world, attempt);
    case undefined:
      throw new Error(`the sandbox cannot deliver to ${attempt.target.Arn}`);
  }
}
