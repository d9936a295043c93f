import type { World } from '../../core/world.ts';
import type { Attempt } from './send.ts';

/** Sends the input as a message body. */
export async function sendToSqs(world: World, { target, input, principal }: Attempt): Promise<void> {
  const group = target.SqsParameters?.MessageGroupId;
  const request = {
    QueueUrl: queueUrl(target.Arn ?? ''),
    MessageBody: input,
    ...(group !== undefined && { MessageGroupId: group }),
  };
  await world.call('SQS', 'SendMessage', request, principal);
}

/** The URL of the queue with this ARN. */
export function queueUrl(arn: string): string {
  const [, , , region, account, name] = arn.split(':');
  return `https://sqs.${region}.amazonaws.com/${account}/${name}`;
}
