import type { World } from '../core/world.ts';
import type { Deliverer } from './deliverer.ts';
import type { EventDocument } from './event-document.ts';
import { countForRule } from './metrics.ts';
import { compilePattern, type CompiledPattern } from './pattern/compile.ts';
import { matchesPattern } from './pattern/match.ts';
import { isEnabled, type RuleRecord, type Rules } from './rules.ts';

/**
 * How the bus misbehaves on request, within what AWS allows: events come at least once, late and in any order.
 * Times in sandbox milliseconds.
 */
export interface DeliveryDisturbance {
  /** Probability that a delivery happens twice. */
  readonly duplicate?: number;
  /** Every delivery is late by this much … */
  readonly delayMs?: number;
  /** … and by a random share of this much more, so that events overtake one another. */
  readonly spreadMs?: number;
  /** Which events are concerned; all when absent. */
  readonly only?: (event: EventDocument) => boolean;
}

/** The default event bus: finds the rules an event matches and starts the deliveries. */
export class Bus {
  readonly #world: World;
  readonly #rules: Rules;
  readonly #deliverer: Deliverer;
  readonly #compiled = new Map<string, CompiledPattern>();
  #disturbance: DeliveryDisturbance = {};

  constructor(world: World, rules: Rules, deliverer: Deliverer) {
    this.#world = world;
    this.#rules = rules;
    this.#deliverer = deliverer;
  }

  /** From now on deliveries are disturbed like this; `{}` ends it. */
  disturb(disturbance: DeliveryDisturbance): void {
    this.#disturbance = disturbance;
  }

  /** Takes an event in. Rules count as they are now; deliveries start from a clock timer. */
  accept(event: EventDocument): void {
    for (const rule of this.#rules.values()) {
      if (rule.pattern === undefined || !isEnabled(rule)) continue;
      if (matchesPattern(this.#pattern(rule.pattern), event)) this.trigger(rule, event);
    }
  }

  /** Delivers an event to every target of a rule, whether its pattern matches or not. */
  trigger(rule: RuleRecord, event: EventDocument): void {
    countForRule(this.#world, 'MatchedEvents', rule.name);
    countForRule(this.#world, 'TriggeredRules', rule.name);
    for (const target of rule.targets)
      for (const delayMs of this.#delays(event)) this.#deliverer.enqueue(rule, target, event, delayMs);
  }

  #delays(event: EventDocument): readonly number[] {
    const { duplicate = 0, delayMs = 0, spreadMs = 0, only } = this.#disturbance;
    if (only && !only(event)) return [0];
    const { random } = this.#world;
    const delay = (): number => delayMs + (spreadMs > 0 ? Math.floor(spreadMs * random.next()) : 0);
    return duplicate > 0 && random.next() < duplicate ? [delay(), delay()] : [delay()];
  }

  #pattern(text: string): CompiledPattern {
    const known = this.#compiled.get(text) ?? compilePattern(text);
    this.#compiled.set(text, known);
    return known;
  }
}
