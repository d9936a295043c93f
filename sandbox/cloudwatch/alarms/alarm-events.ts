import type { BusEvent } from '../../core/world.ts';
import { configurationOf, stateDocument } from './alarm-configuration.ts';
import { alarmTime } from './alarm-time.ts';
import type { AlarmRecord, AlarmState } from './alarm.ts';

/** The event of a change of state. */
export function stateChangeEvent(alarm: AlarmRecord, previous: AlarmState): BusEvent {
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      configuration: configurationOf(alarm),
      previousState: stateDocument(previous),
      state: stateDocument(alarm.state),
    },
  };
}

/** The event of an alarm that was created, updated or deleted. */
export function configurationChangeEvent(alarm: AlarmRecord, operation: 'create' | 'update' | 'delete'): BusEvent {
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm Configuration Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      operation,
      state: { value: alarm.state.value, timestamp: alarmTime(alarm.state.updatedAt) },
      configuration: {
        ...configurationOf(alarm),
        alarmName: alarm.name,
        actionsEnabled: alarm.actionsEnabled,
        timestamp: alarmTime(alarm.configuredAt),
        okActions: alarm.actions.OK,
        alarmActions: alarm.actions.ALARM,
        insufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
      },
    },
  };
}
