import type { BusEvent, Channels, Datum, World } from '../core/world.ts';
import { FAULT, momentOf, strike, type Moment } from './call-fault.ts';
import { pass } from './channel.ts';
import { Dose } from './dose.ts';
import type { FaultControls, Faults, RuleState, Strike } from './faults.ts';
import {
  callerOf,
  matchesCall,
  matchesDatum,
  matchesEvent,
  matchesTask,
  type SeenCall,
  type SeenTask,
} from './match.ts';
import { parseRule, type CallRule, type ChannelRule, type Rule, type RuleInput, type TaskRule } from './rule.ts';

/** How many faults are remembered. */
const REMEMBERED = 10_000;

/** Builds the faults of a world and hooks them into its calls. */
export function createFaults(world: World, controls: FaultControls, seed = 1): Faults {
  const faults = new RuleBook(world, controls, seed);
  world.setFaults({
    before: (service, operation, input, principal) => faults.meet('before', { service, operation, input, principal }),
    after: (service, operation, input, principal) => faults.meet('after', { service, operation, input, principal }),
  });
  return faults;
}

interface Entry<R extends Rule = Rule> {
  readonly id: string;
  readonly rule: R;
  readonly dose: Dose;
  readonly predicate: ((call: SeenCall) => boolean) | undefined;
}

class RuleBook implements Faults {
  readonly #world: World;
  readonly #controls: FaultControls;
  readonly #seed: number;
  readonly #entries = new Map<string, Entry>();
  #calls: readonly Entry<CallRule>[] = [];
  #channels: readonly Entry<ChannelRule>[] = [];
  #tasks: readonly Entry<TaskRule>[] = [];
  #strikes: Strike[] = [];
  #added = 0;

  constructor(world: World, controls: FaultControls, seed: number) {
    this.#world = world;
    this.#controls = controls;
    this.#seed = seed;
  }

  add(input: RuleInput, predicate?: (call: SeenCall) => boolean): string {
    const rule = parseRule(input);
    const id = rule.id ?? `fault-${this.#added + 1}`;
    if (this.#entries.has(id)) throw new TypeError(`expected a new id, but there is a rule ${id}: remove it first`);
    if (rule.on === 'delivery') this.#startDelivery(rule);
    this.#added += 1;
    const dosage = rule.on === 'delivery' ? { skip: 0, probability: 1 } : rule;
    this.#entries.set(id, { id, rule, dose: new Dose(dosage, this.#seed + this.#added), predicate });
    this.#sort();
    return id;
  }

  remove(id: string): boolean {
    const entry = this.#entries.get(id);
    if (entry?.rule.on === 'delivery') this.#controls.disturbDelivery(undefined);
    this.#entries.delete(id);
    this.#sort();
    return entry !== undefined;
  }

  clear(): void {
    for (const id of [...this.#entries.keys()]) this.remove(id);
    this.#strikes = [];
  }

  rules(): readonly RuleState[] {
    return [...this.#entries.values()].map(({ id, rule, dose }) => ({
      rule: { ...rule, id },
      seen: dose.seen,
      struck: dose.struck,
    }));
  }

  strikes(): readonly Strike[] {
    return [...this.#strikes];
  }

  disturb(channels: Channels): Channels {
    return {
      log: (group, stream, message, at) => channels.log(group, stream, message, at),
      metric: (datum) => this.#passMetric(datum, (one) => channels.metric(one)),
      publish: (event) => this.#passEvent(event, (one) => channels.publish(one)),
    };
  }

  /** Every rule that takes this call strikes, in order of addition, until one makes it fail. */
  async meet(moment: Moment, call: SeenCall): Promise<void> {
    if (this.#calls.length === 0 || call.principal === FAULT) return;
    for (const { id, rule, dose, predicate } of this.#calls) {
      if (momentOf(rule.action) !== moment || !matchesCall(rule.match, call)) continue;
      if ((predicate && !predicate(call)) || !dose.takes()) continue;
      this.#note(id, rule, `${call.service}.${call.operation} by ${callerOf(call.principal)}`);
      const kill = (name: string): void => this.#controls.killFunction(name);
      await strike(this.#world, rule.action, call.service, kill);
    }
  }

  taskFault(task: SeenTask): TaskRule['action'] | undefined {
    const entry = this.#tasks.find(({ rule, dose }) => matchesTask(rule.match, task) && dose.takes());
    if (entry) this.#note(entry.id, entry.rule, `task ${task.state} attempt ${task.retryCount}`);
    return entry?.rule.action;
  }

  #passMetric(datum: Datum, onward: (datum: Datum) => void): void {
    const entry = this.#channels.find(
      ({ rule, dose }) => rule.on === 'metric' && matchesDatum(rule.match, datum) && dose.takes(),
    );
    if (!entry) return onward(datum);
    this.#note(entry.id, entry.rule, `metric ${datum.namespace} ${datum.name}`);
    pass(this.#world.clock, entry.rule.action, datum, onward);
  }

  #passEvent(event: BusEvent, onward: (event: BusEvent) => void): void {
    const stamped = { ...event, at: event.at ?? this.#world.clock.now() };
    const entry = this.#channels.find(
      ({ rule, dose }) => rule.on === 'event' && matchesEvent(rule.match, event) && dose.takes(),
    );
    if (!entry) return onward(stamped);
    this.#note(entry.id, entry.rule, `event ${event.source} ${event.detailType}`);
    pass(this.#world.clock, entry.rule.action, stamped, onward);
  }

  #startDelivery(rule: Extract<Rule, { on: 'delivery' }>): void {
    const other = [...this.#entries.values()].find((entry) => entry.rule.on === 'delivery');
    if (other) throw new TypeError(`expected one delivery rule at a time, but there is ${other.id}: remove it first`);
    this.#controls.disturbDelivery(rule);
  }

  #sort(): void {
    const all = [...this.#entries.values()];
    this.#calls = all.filter((entry): entry is Entry<CallRule> => entry.rule.on === 'call');
    this.#tasks = all.filter((entry): entry is Entry<TaskRule> => entry.rule.on === 'task');
    this.#channels = all.filter(
      (entry): entry is Entry<ChannelRule> => entry.rule.on === 'metric' || entry.rule.on === 'event',
    );
  }

  #note(rule: string, { action }: Rule, hit: string): void {
    this.#strikes.push({ rule, action: action.kind, at: this.#world.clock.now(), hit });
    if (this.#strikes.length > REMEMBERED) this.#strikes.shift();
  }
}
