import type { World } from '../../core/world.ts';
import { unsupported } from '../errors.ts';
import { configurationOf, stateDocument } from './alarm-configuration.ts';
import type { AlarmHistory } from './alarm-history.ts';
import { alarmTime } from './alarm-time.ts';
import type { AlarmRecord, AlarmState } from './alarm.ts';
import { snsMessage } from './sns-message.ts';

/** @throws AwsError when the sandbox has no such action. */
export function checkActions(actions: readonly string[]): void {
  for (const arn of actions) if (!isTopic(arn) && !isFunction(arn)) throw unsupported(`the alarm action ${arn}`);
}

function isTopic(arn: string): boolean {
  return /^arn:[^:]+:sns:/u.test(arn);
}

function isFunction(arn: string): boolean {
  return /^arn:[^:]+:lambda:/u.test(arn);
}

/** Runs the actions of the alarm's new state, one after the other, and notes in the history how each went. */
export async function runActions(
  world: World,
  history: AlarmHistory,
  alarm: AlarmRecord,
  previous: AlarmState,
): Promise<void> {
  for (const arn of alarm.actions[alarm.state.value]) {
    const failure = await runAction(world, alarm, previous, arn).then(
      () => undefined,
      (cause: unknown) => (cause instanceof Error ? cause.message : String(cause)),
    );
    const summary = failure === undefined ? `Successfully executed action ${arn}` : `Failed to execute action ${arn}`;
    history.add(alarm, 'Action', summary, {
      actionState: failure === undefined ? 'Succeeded' : 'Failed',
      stateUpdateTimestamp: alarm.state.updatedAt,
      notificationResource: arn,
      ...(failure !== undefined && { error: failure }),
    });
  }
}

async function runAction(world: World, alarm: AlarmRecord, previous: AlarmState, arn: string): Promise<void> {
  if (isTopic(arn)) {
    const principal = { kind: 'service', service: 'cloudwatch.amazonaws.com', sourceArn: alarm.arn } as const;
    await world.call('SNS', 'Publish', { TopicArn: arn, ...snsMessage(world, alarm, previous) }, principal);
    return;
  }
  const principal = {
    kind: 'service',
    service: 'lambda.alarms.cloudwatch.amazonaws.com',
    sourceArn: alarm.arn,
  } as const;
  const payload = new TextEncoder().encode(JSON.stringify(functionInput(world, alarm, previous)));
  await world.call('Lambda', 'Invoke', { FunctionName: arn, InvocationType: 'Event', Payload: payload }, principal);
}

function functionInput(world: World, alarm: AlarmRecord, previous: AlarmState): Record<string, unknown> {
  return {
    source: 'aws.cloudwatch',
    alarmArn: alarm.arn,
    accountId: world.accountId,
    time: alarmTime(alarm.state.updatedAt),
    region: world.region,
    alarmData: {
      alarmName: alarm.name,
      state: stateDocument(alarm.state),
      previousState: stateDocument(previous),
      configuration: configurationOf(alarm),
    },
  };
}
