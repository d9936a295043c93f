import type { StateValue } from '@aws-sdk/client-cloudwatch';
import type { Collection } from '../../core/collection.ts';
import type { World } from '../../core/world.ts';
import type { MetricStore } from '../store/metric-store.ts';
import { runActions } from './alarm-actions.ts';
import { configurationChangeEvent, stateChangeEvent } from './alarm-events.ts';
import { AlarmHistory } from './alarm-history.ts';
import { AlarmRunner } from './alarm-runner.ts';
import { longTime, alarmTime } from './alarm-time.ts';
import type { AlarmRecord, AlarmState, CompositeAlarmRecord, MetricAlarmRecord } from './alarm.ts';
import { prepareAlarm } from './evaluate-alarm.ts';
import { alarmsIn, parseRule, ruleHolds } from './rule.ts';
import { stateReason, stateReasonData, type Evaluation } from './state-reason.ts';

/** Keeps all alarms and moves them from state to state. */
export class AlarmBook {
  readonly history: AlarmHistory;
  readonly #world: World;
  readonly #store: MetricStore;
  readonly #alarms: Collection<AlarmRecord>;
  readonly #runners = new Map<string, AlarmRunner>();

  constructor(world: World, store: MetricStore) {
    this.#world = world;
    this.#store = store;
    this.#alarms = world.storage.collection<AlarmRecord>('cloudwatch.alarms');
    this.history = new AlarmHistory(world);
  }

  get(name: string): AlarmRecord | undefined {
    return this.#alarms.get(name);
  }

  /** By name. */
  all(): readonly AlarmRecord[] {
    return [...this.#alarms.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Composite alarms whose rule looks at this alarm. */
  parentsOf(name: string): readonly CompositeAlarmRecord[] {
    return this.all().filter(
      (alarm): alarm is CompositeAlarmRecord =>
        alarm.kind === 'CompositeAlarm' && alarmsIn(parseRule(alarm.rule)).includes(name),
    );
  }

  /** Starts watching after a restart. */
  resume(): void {
    for (const alarm of this.#alarms.values()) if (alarm.kind === 'MetricAlarm') this.#watch(alarm);
  }

  stop(): void {
    for (const runner of this.#runners.values()) runner.stop();
    this.#runners.clear();
  }

  /** Writes a new or changed configuration and evaluates it soon. */
  put(alarm: AlarmRecord): void {
    const known = this.#alarms.get(alarm.name);
    this.#alarms.put(alarm.name, alarm);
    const verb = known ? 'updated' : 'created';
    this.history.add(alarm, 'ConfigurationUpdate', `Alarm "${alarm.name}" ${verb}`, {
      type: known ? 'Update' : 'Create',
    });
    this.#publishChange(alarm, known ? 'update' : 'create');
    if (alarm.kind === 'MetricAlarm') this.#watch(alarm);
    else
      this.#soon(() => this.#evaluateComposite(alarm.name, `${alarm.arn} was ${verb} and its alarm rule evaluates to`));
  }

  /** Changes what does not concern the evaluation: tags, whether actions are enabled. */
  amend(alarm: AlarmRecord): void {
    this.#alarms.put(alarm.name, alarm);
  }

  delete(name: string): void {
    const alarm = this.#alarms.get(name);
    if (!alarm) return;
    this.#runners.get(name)?.stop();
    this.#runners.delete(name);
    this.#alarms.delete(name);
    this.history.add(alarm, 'ConfigurationUpdate', `Alarm "${name}" deleted`, { type: 'Delete' });
    this.#publishChange(alarm, 'delete');
  }

  /** Sets the state by hand; the next evaluation of a metric alarm corrects it. */
  setState(alarm: AlarmRecord, value: StateValue, reason: string, reasonData: string | undefined): void {
    this.#transition(alarm, value, reason, reasonData);
    this.#runners.get(alarm.name)?.wake();
  }

  #watch(alarm: MetricAlarmRecord): void {
    this.#runners.get(alarm.name)?.stop();
    const prepared = prepareAlarm(this.#store, alarm);
    const runner = new AlarmRunner(this.#world.clock, this.#store, prepared, (each) => this.#evaluated(each));
    this.#runners.set(alarm.name, runner);
  }

  #evaluated(evaluation: Evaluation): void {
    const alarm = this.#alarms.get(evaluation.alarm.name);
    const { state } = evaluation.decision;
    if (!alarm || state === 'retain' || state === alarm.state.value) return;
    this.#transition(alarm, state, stateReason(evaluation), stateReasonData(evaluation));
  }

  #transition(alarm: AlarmRecord, value: StateValue, reason: string, reasonData: string | undefined): void {
    const now = this.#world.clock.now();
    const previous = alarm.state;
    const transitionedAt = value === previous.value ? previous.transitionedAt : now;
    const changed: AlarmRecord = { ...alarm, state: { value, reason, reasonData, updatedAt: now, transitionedAt } };
    this.#alarms.put(alarm.name, changed);
    if (value === previous.value) return;
    const summary = `Alarm updated from ${previous.value} to ${value}`;
    const data = { version: '1.0', oldState: historyState(previous), newState: historyState(changed.state) };
    this.history.add(changed, 'StateUpdate', summary, data);
    this.#announce(changed, previous);
  }

  #announce(alarm: AlarmRecord, previous: AlarmState): void {
    this.#world.channels.publish(stateChangeEvent(alarm, previous));
    if (alarm.actionsEnabled && alarm.actions[alarm.state.value].length > 0)
      this.#soon(() => runActions(this.#world, this.history, alarm, previous));
    const transition = `${alarm.arn} transitioned to ${alarm.state.value} at ${longTime(alarm.state.updatedAt)}`;
    for (const parent of this.parentsOf(alarm.name)) this.#soon(() => this.#evaluateComposite(parent.name, transition));
  }

  /** `reason` is whole when it tells of a child's transition, else it ends before the state. */
  #evaluateComposite(name: string, reason: string): void {
    const alarm = this.#alarms.get(name);
    if (alarm?.kind !== 'CompositeAlarm') return;
    const rule = parseRule(alarm.rule);
    const value = ruleHolds(rule, (child) => this.#alarms.get(child)?.state.value) ? 'ALARM' : 'OK';
    if (value === alarm.state.value) return;
    const children = alarmsIn(rule).flatMap((child) => this.#alarms.get(child) ?? []);
    const triggeringAlarms = children.map(({ arn, state }) => ({
      arn,
      state: { value: state.value, timestamp: alarmTime(state.updatedAt) },
    }));
    const whole = reason.endsWith('evaluates to') ? `${reason} ${value}` : reason;
    this.#transition(alarm, value, whole, JSON.stringify({ triggeringAlarms }));
  }

  #publishChange(alarm: AlarmRecord, change: 'create' | 'update' | 'delete'): void {
    this.#world.channels.publish(configurationChangeEvent(alarm, change));
  }

  /** Background work: begins from a timer and holds the clock. */
  #soon(work: () => void | Promise<void>): void {
    const { clock } = this.#world;
    clock.setTimer(0, () => void clock.held('request', async () => work()));
  }
}

function historyState(state: AlarmState): Record<string, unknown> {
  const data: unknown = state.reasonData === undefined ? undefined : parsedOrText(state.reasonData);
  return { stateValue: state.value, stateReason: state.reason, ...(data !== undefined && { stateReasonData: data }) };
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
