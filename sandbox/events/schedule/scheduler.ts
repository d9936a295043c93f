import type { Timer } from '../../core/clock.ts';
import type { World } from '../../core/world.ts';
import { documentOf } from '../event-document.ts';
import type { Bus } from '../bus.ts';
import { isEnabled, type RuleRecord, type Rules } from '../rules.ts';
import { parseSchedule } from './schedule.ts';

/** Fires scheduled rules. It holds one timer for each enabled schedule, and none when there is none. */
export class Scheduler {
  readonly #world: World;
  readonly #rules: Rules;
  readonly #bus: Bus;
  readonly #timers = new Map<string, Timer>();

  constructor(world: World, rules: Rules, bus: Bus) {
    this.#world = world;
    this.#rules = rules;
    this.#bus = bus;
  }

  /** Plans all rules anew. */
  resume(): void {
    for (const rule of this.#rules.values()) this.plan(rule.name);
  }

  /** Plans a rule's next firing after the rule was written, or forgets it when it is gone or disabled. */
  plan(name: string): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
    const rule = this.#rules.get(name);
    if (rule?.schedule === undefined || !isEnabled(rule)) return;
    const now = this.#world.clock.now();
    const at = parseSchedule(rule.schedule)?.next(now, rule.scheduledFrom);
    if (at !== undefined)
      this.#timers.set(
        name,
        this.#world.clock.setTimer(at - now, () => this.#fire(rule, at)),
      );
  }

  #fire(rule: RuleRecord, at: number): void {
    const event = { source: 'aws.events', detailType: 'Scheduled Event', detail: {}, resources: [rule.arn], at };
    this.#bus.trigger(this.#rules.get(rule.name) ?? rule, documentOf(this.#world, event));
    this.plan(rule.name);
  }
}
