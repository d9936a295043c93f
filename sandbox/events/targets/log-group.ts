import type { World } from '../../core/world.ts';
import type { Attempt } from './send.ts';

/**
 * Writes one log event into a new stream. A transformed input may carry `timestamp` and `message`, as EventBridge asks
 * of templates for log groups; any other input is the message itself.
 */
export async function sendToLogGroup(world: World, { target, event, input, principal }: Attempt): Promise<void> {
  const logGroupName = (target.Arn ?? '').split(':log-group:')[1]?.replace(/:\*$/u, '') ?? '';
  const logStreamName = world.random.uuid();
  const logEvents = [logEvent(target.InputTransformer ? input : undefined, input, Date.parse(event.time))];
  await world.call('CloudWatch Logs', 'CreateLogStream', { logGroupName, logStreamName }, principal);
  await world.call('CloudWatch Logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents }, principal);
}

function logEvent(transformed: string | undefined, input: string, at: number): { timestamp: number; message: string } {
  const parsed: unknown = transformed?.trimStart().startsWith('{') ? JSON.parse(transformed) : undefined;
  if (typeof parsed !== 'object' || parsed === null || !('message' in parsed)) return { timestamp: at, message: input };
  const timestamp = 'timestamp' in parsed ? Number(new Date(parsed.timestamp as string | number)) : at;
  const { message } = parsed;
  return { timestamp, message: typeof message === 'string' ? message : JSON.stringify(message) };
}
