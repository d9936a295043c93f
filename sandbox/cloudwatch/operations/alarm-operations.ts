import type {
  DeleteAlarmsInput,
  DisableAlarmActionsInput,
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  SetAlarmStateInput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Need, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { alarmArn, alarmNameOf } from '../alarms/alarm-name.ts';
import type { AlarmRecord } from '../alarms/alarm.ts';
import { validationError } from '../errors.ts';
import type { CloudWatchContext } from './context.ts';

const STATES: readonly unknown[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];

/** DeleteAlarms, SetAlarmState, EnableAlarmActions, DisableAlarmActions and the tag operations. */
export function alarmOperations(context: CloudWatchContext): Readonly<Record<string, Operation>> {
  return {
    DeleteAlarms: operation<DeleteAlarmsInput, void>({
      needs: namedNeeds('DeleteAlarms'),
      handle: (input) => deleteAlarms(context, input.AlarmNames ?? []),
    }),
    SetAlarmState: operation<SetAlarmStateInput, void>({
      needs: (input, world) => [
        { action: 'cloudwatch:SetAlarmState', resource: alarmArn(world, input.AlarmName ?? '') },
      ],
      handle: (input) => setAlarmState(context, input),
    }),
    EnableAlarmActions: enabling(context, 'EnableAlarmActions', true),
    DisableAlarmActions: enabling(context, 'DisableAlarmActions', false),
    ...tagOperations(context),
  };
}

function namedNeeds(action: string): (input: { AlarmNames: string[] | undefined }, world: World) => readonly Need[] {
  return (input, world) =>
    (input.AlarmNames ?? []).map((name) => ({ action: `cloudwatch:${action}`, resource: alarmArn(world, name) }));
}

/** Deletes those that exist, unless a composite alarm that stays looks at one of them. */
function deleteAlarms({ alarms }: CloudWatchContext, names: readonly string[]): void {
  if (names.length > 100) throw validationError('The collection AlarmNames must not have a size greater than 100.');
  for (const name of names) {
    const parents = alarms.parentsOf(name).filter((parent) => !names.includes(parent.name));
    if (parents.length > 0)
      throw validationError(`Cannot delete ${name} as there are composite alarm(s) depending on it.`);
  }
  for (const name of names) alarms.delete(name);
}

function setAlarmState({ alarms }: CloudWatchContext, input: SetAlarmStateInput): void {
  const alarm = alarms.get(input.AlarmName ?? '');
  if (!alarm) throw new AwsError('ResourceNotFound', `Could not find the alarm ${input.AlarmName}`, { status: 404 });
  const { StateValue: value, StateReason: reason, StateReasonData: data } = input;
  if (value === undefined || !STATES.includes(value))
    throw validationError(`The value ${value} for parameter StateValue is not one of ${STATES.join(', ')}.`);
  if (data !== undefined) checkJson(data);
  alarms.setState(alarm, value, reason ?? '', data);
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new AwsError('InvalidFormatFault', 'StateReasonData is not valid JSON', { status: 400 });
  }
}

function enabling({ alarms }: CloudWatchContext, action: string, actionsEnabled: boolean): Operation {
  return operation<DisableAlarmActionsInput, void>({
    needs: namedNeeds(action),
    handle: (input) => {
      for (const name of input.AlarmNames ?? []) {
        const alarm = alarms.get(name);
        if (alarm) alarms.amend({ ...alarm, actionsEnabled });
      }
    },
  });
}

function tagOperations({ alarms }: CloudWatchContext): Readonly<Record<string, Operation>> {
  const needs = (action: string) => (input: { ResourceARN: string | undefined }) => [
    { action: `cloudwatch:${action}`, resource: input.ResourceARN ?? '*' },
  ];
  const alarmOf = (arn: string | undefined): AlarmRecord => {
    const alarm = alarms.get(alarmNameOf(arn ?? ''));
    if (!alarm) throw new AwsError('ResourceNotFoundException', `Unknown resource ${arn}`, { status: 404 });
    return alarm;
  };
  return {
    TagResource: operation<TagResourceInput, object>({
      needs: needs('TagResource'),
      handle: (input) => {
        const alarm = alarmOf(input.ResourceARN);
        const tags = new Map([...alarm.tags, ...(input.Tags ?? [])].map((tag) => [tag.Key, tag]));
        alarms.amend({ ...alarm, tags: [...tags.values()] });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceInput, object>({
      needs: needs('UntagResource'),
      handle: (input) => {
        const alarm = alarmOf(input.ResourceARN);
        alarms.amend({ ...alarm, tags: alarm.tags.filter((tag) => !input.TagKeys?.includes(tag.Key ?? '')) });
        return {};
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceInput, ListTagsForResourceOutput>({
      needs: needs('ListTagsForResource'),
      handle: (input) => ({ Tags: [...alarmOf(input.ResourceARN).tags] }),
    }),
  };
}
