import type { World } from '../core/world.ts';
import type { DeliveryError } from './delivery-error.ts';
import type { EventDocument } from './event-document.ts';
import { queueUrl } from './targets/sqs.ts';

/** Which limit of the retry policy ended the attempts. */
export type ExhaustedCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** An event that could not be delivered. */
export interface DeadLetter {
  readonly queueArn: string;
  readonly ruleArn: string;
  readonly targetArn: string;
  readonly event: EventDocument;
  readonly error: DeliveryError;
  readonly retries: number;
  readonly exhausted?: ExhaustedCondition | undefined;
}

/**
 * Sends the event to the target's dead-letter queue with the attributes EventBridge sets, as EventBridge on behalf of
 * the rule: the queue's policy must let it in. Rejects when it does not.
 */
export async function sendToDeadLetterQueue(world: World, letter: DeadLetter): Promise<void> {
  const request = {
    QueueUrl: queueUrl(letter.queueArn),
    MessageBody: JSON.stringify(letter.event),
    MessageAttributes: attributesOf(letter),
  };
  const principal = { kind: 'service', service: 'events.amazonaws.com', sourceArn: letter.ruleArn } as const;
  await world.call('SQS', 'SendMessage', request, principal);
}

function attributesOf(letter: DeadLetter): Record<string, { DataType: 'String'; StringValue: string }> {
  const values = {
    RULE_ARN: letter.ruleArn,
    TARGET_ARN: letter.targetArn,
    ERROR_CODE: letter.error.code,
    ERROR_MESSAGE: letter.error.message,
    RETRY_ATTEMPTS: String(letter.retries),
    ...(letter.exhausted && { EXHAUSTED_RETRY_CONDITION: letter.exhausted }),
  };
  const entries = Object.entries(values).filter(([, value]) => value !== '');
  return Object.fromEntries(entries.map(([key, value]) => [key, { DataType: 'String', StringValue: value }]));
}
