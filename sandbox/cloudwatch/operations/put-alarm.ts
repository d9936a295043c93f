import type { PutCompositeAlarmInput, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { operation, type Operation } from '../../core/service.ts';
import { checkActions } from '../alarms/alarm-actions.ts';
import { alarmArn } from '../alarms/alarm-name.ts';
import type {
  AlarmRecord,
  AlarmState,
  CommonRecord,
  CompositeAlarmRecord,
  MetricAlarmRecord,
} from '../alarms/alarm.ts';
import { prepareAlarm } from '../alarms/evaluate-alarm.ts';
import { alarmsIn, parseRule } from '../alarms/rule.ts';
import { missingParameter, unsupported, validationError } from '../errors.ts';
import { checkMetricAlarm, watchedOf } from './check-metric-alarm.ts';
import type { CloudWatchContext } from './context.ts';

/** PutMetricAlarm and PutCompositeAlarm. */
export function putAlarmOperations(context: CloudWatchContext): Readonly<Record<string, Operation>> {
  return {
    PutMetricAlarm: operation<PutMetricAlarmInput, void>({
      needs: (input, world) => [
        { action: 'cloudwatch:PutMetricAlarm', resource: alarmArn(world, input.AlarmName ?? '') },
      ],
      handle: (input) => context.alarms.put(metricAlarm(context, input)),
      differs:
        'no anomaly detection, Metrics Insights, wall clock windows or other evaluation settings; actions on SNS topics and Lambda functions only',
    }),
    PutCompositeAlarm: operation<PutCompositeAlarmInput, void>({
      needs: (input, world) => [
        { action: 'cloudwatch:PutCompositeAlarm', resource: alarmArn(world, input.AlarmName ?? '') },
      ],
      handle: (input) => context.alarms.put(compositeAlarm(context, input)),
      differs: 'no actions suppressor',
    }),
  };
}

type Input = PutMetricAlarmInput | PutCompositeAlarmInput;

/** What both kinds share. An update keeps state and tags. */
function common({ world, alarms }: CloudWatchContext, input: Input, kind: AlarmRecord['kind']): CommonRecord {
  const name = checkName(input.AlarmName);
  const known = alarms.get(name);
  if (known && known.kind !== kind)
    throw validationError(`An alarm with the name ${name} and another type already exists.`);
  const actions = {
    OK: input.OKActions ?? [],
    ALARM: input.AlarmActions ?? [],
    INSUFFICIENT_DATA: input.InsufficientDataActions ?? [],
  };
  checkActions(Object.values(actions).flat());
  if (input.ActionConfiguration !== undefined) throw unsupported('ActionConfiguration');
  return {
    name,
    arn: alarmArn(world, name),
    description: input.AlarmDescription,
    actionsEnabled: input.ActionsEnabled ?? true,
    actions,
    tags: known?.tags ?? input.Tags ?? [],
    state: known?.state ?? initialState(world.clock.now()),
    configuredAt: world.clock.now(),
  };
}

function checkName(name: string | undefined): string {
  if (!name) throw missingParameter('AlarmName');
  if (name.length > 255) throw validationError('AlarmName must not be longer than 255 characters.');
  return name;
}

function initialState(now: number): AlarmState {
  const reason = 'Unchecked: Initial alarm creation';
  return { value: 'INSUFFICIENT_DATA', reason, reasonData: undefined, updatedAt: now, transitionedAt: now };
}

function metricAlarm(context: CloudWatchContext, input: PutMetricAlarmInput): MetricAlarmRecord {
  const checked = checkMetricAlarm(input);
  const known = context.alarms.get(input.AlarmName ?? '');
  const alarm: MetricAlarmRecord = {
    kind: 'MetricAlarm',
    ...common(context, input, 'MetricAlarm'),
    watched: watchedOf(input),
    ...checked,
    datapointsToAlarm: input.DatapointsToAlarm,
    treatMissingData: input.TreatMissingData,
    evaluateLowSampleCountPercentile: input.EvaluateLowSampleCountPercentile,
    queryId: known?.kind === 'MetricAlarm' ? known.queryId : context.world.random.uuid(),
  };
  const { period } = prepareAlarm(context.store, alarm);
  if (period * alarm.evaluationPeriods > 7 * 86_400)
    throw validationError('EvaluationPeriods times Period must not exceed seven days.');
  return alarm;
}

function compositeAlarm(context: CloudWatchContext, input: PutCompositeAlarmInput): CompositeAlarmRecord {
  if (input.ActionsSuppressor !== undefined) throw unsupported('ActionsSuppressor');
  if (!input.AlarmRule) throw missingParameter('AlarmRule');
  const children = alarmsIn(parseRule(input.AlarmRule));
  const missing = children.filter((child) => !context.alarms.get(child));
  if (missing.length > 0)
    throw validationError(
      `Could not save the composite alarm as alarms [${missing.join(', ')}] in the alarm rule do not exist`,
    );
  if (input.AlarmName !== undefined && reaches(context, children, input.AlarmName))
    throw validationError(`AlarmRule must not contain a cycle through ${input.AlarmName}.`);
  return { kind: 'CompositeAlarm', ...common(context, input, 'CompositeAlarm'), rule: input.AlarmRule };
}

/** Whether one of these alarms looks at `name`, however far down. */
function reaches({ alarms }: CloudWatchContext, from: readonly string[], name: string): boolean {
  const seen = new Set(from);
  for (const each of seen) {
    const alarm = alarms.get(each);
    if (alarm?.kind === 'CompositeAlarm') for (const child of alarmsIn(parseRule(alarm.rule))) seen.add(child);
  }
  return seen.has(name);
}
