import type { ClientConfig } from '../target.ts';
import { fine, problem, type Finding } from './finding.ts';

/** Counts the events that could not be handed to the state machine or to Reconcile: uploads that no rollout followed. */
export async function checkUndelivered(config: ClientConfig, queueUrl: string | undefined): Promise<Finding> {
  const check = 'undelivered events';
  if (queueUrl === undefined)
    return problem(check, '(no queue)', 'the stack has no output UndeliveredQueueUrl', 'deploy it again');
  const { GetQueueAttributesCommand, SQSClient } = await import('@aws-sdk/client-sqs');
  const { Attributes = {} } = await new SQSClient(config).send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const count =
    Number(Attributes['ApproximateNumberOfMessages'] ?? 0) +
    Number(Attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0);
  const name = queueUrl.slice(queueUrl.lastIndexOf('/') + 1);
  if (count === 0) return fine(check, name, 'none');
  const todo = `read them (aws sqs receive-message --queue-url ${queueUrl}) and upload those releases again`;
  return problem(check, name, `${count} waiting`, todo);
}
