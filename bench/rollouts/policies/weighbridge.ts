import { evidenceOf, warmMinutes } from '../../../domain/health/comparison.ts';
import type { AlarmReading, AlarmState, ComparisonFigures, Figures, Verdict } from '../../../domain/health/figures.ts';
import { judge, thresholdOf, type HealthInput } from '../../../domain/health/judge.ts';
import { busiestOfLastFive, judgedMinutes, totals } from '../../../domain/health/minutes.ts';
import { sumOf, tallyOf, type Tally } from '../../../domain/health/tally.ts';
import { secondsToLook } from '../../../domain/looks.ts';
import { firstMove, nextMove, type Move, type Position } from '../../../domain/next-move.ts';
import { planRollout, type RolloutPlan } from '../../../domain/plan.ts';
import type { EnvironmentPolicy } from '../../../domain/policy.ts';
import type { Cell } from '../cell.ts';
import type { Action, Policy, Rollout } from '../policy.ts';
import type { Shown } from '../world.ts';
import { errorRateAlarm } from './alarms.ts';

type Strategy = EnvironmentPolicy['strategy'];
const ALARM = 'alias-errors';

/** Weighbridge as a policy, with the plan that it has for a cell. */
export type WeighbridgePolicy = Policy & { planOf(cell: Cell): RolloutPlan };

/** Weighbridge itself: the domain's own plan, verdict and next move, with the default health rules. */
export function weighbridge(name: string, strategy: Strategy, minutes: number): WeighbridgePolicy {
  const source = 'domain/health, domain/strategy and domain/next-move.ts of this repository, default health rules';
  const plans = new Map<Cell, RolloutPlan>();
  const planOf = (cell: Cell): RolloutPlan => {
    const plan = plans.get(cell) ?? planFor(strategy, cell);
    plans.set(cell, plan);
    return plan;
  };
  const rollout = (cell: Cell): Rollout => new WeighbridgeRollout(planOf(cell));
  return { name, ours: true, source, minutes, latency: true, rollout, planOf };
}

function planFor(strategy: Strategy, cell: Cell): RolloutPlan {
  const slow = cell.slow ? { slow: { overMilliseconds: 300 } } : {};
  const alarms = cell.alarm ? { alarms: [ALARM] } : {};
  return planRollout({ name: 'production', strategy, health: { metricLagSeconds: cell.lag.to, ...slow, ...alarms } });
}

/** Figures of a verdict on nothing. */
const NO_FIGURES: Figures = judge({
  now: 0,
  rules: planFor(
    { type: 'allAtOnce' },
    { name: '', group: 'equal', rate: 0, stable: 0, candidate: 0, lag: { from: 0, to: 0 } },
  ).health,
  candidate: [],
  stable: [],
  raisedAt: [],
  alarms: [],
  minInvocations: 0,
}).figures;

class WeighbridgeRollout implements Rollout {
  readonly #plan: RolloutPlan;
  readonly #raisedAt: number[] = [];
  #at: Pick<Position, 'step' | 'percent' | 'enteredAt' | 'heldSince'> = { step: -1, percent: 0, enteredAt: 0 };
  #alarmAtStart: AlarmState = 'OK';

  constructor(plan: RolloutPlan) {
    this.#plan = plan;
  }

  begin(now: number, shown: Shown): Action {
    this.#alarmAtStart = this.#alarmState(shown);
    return this.#do(firstMove(this.#plan), now);
  }

  look(now: number, shown: Shown): Action {
    return this.#do(this.#move(now, shown), now);
  }

  /**
   * The domain's move. A verdict costs a fifth of a millisecond, most of it for figures that only people read. When no
   * comparison has its proof, a bake that goes on and a budget that rises do so whatever else the verdict says.
   */
  #move(now: number, shown: Shown): Move {
    const input = this.#input(now, shown);
    const { quiet, figures } = this.#glance(input);
    if (quiet && input.alarms.length === 0) {
      const move = this.#next(now, { kind: 'healthy', reasons: [], figures });
      if (move.kind === 'bake' || (this.#plan.budget && move.kind === 'shift')) return move;
    }
    return this.#next(now, judge(input));
  }

  #next(now: number, verdict: Verdict): Move {
    return nextMove({ plan: this.#plan, phase: 'steps', ...this.#at, now, verdict });
  }

  #glance(input: HealthInput): { quiet: boolean; figures: Figures } {
    const judged = judgedMinutes({ ...input, metricLagSeconds: input.rules.metricLagSeconds });
    const threshold = thresholdOf(input.rules);
    const { errors, slow } = input.rules;
    const warm = slow ? warmMinutes(judged.minutes, input.raisedAt, input.rules.ignoreLatencyMinutes) : [];
    const tallies = { errors: tallyOf('errors', judged.minutes), slow: tallyOf('slow', warm) };
    const eValues = {
      ...(errors && { errors: evidenceOf(errors, tallies.errors).eValue }),
      ...(slow && { slow: evidenceOf(slow, tallies.slow).eValue }),
    };
    const figures = {
      ...NO_FIGURES,
      threshold,
      eValues,
      comparisons: {
        ...(errors && { errors: sidesOf(tallies.errors) }),
        ...(slow && { slow: sidesOf(tallies.slow) }),
      },
      candidate: totals(judged.minutes, 'candidate'),
      stable: totals(judged.minutes, 'stable'),
      requestsPerMinute: busiestOfLastFive(judged),
      trafficSince: Math.min(...input.raisedAt),
    };
    return { quiet: Object.values(eValues).every((one) => one < threshold), figures };
  }

  #input(now: number, shown: Shown): HealthInput {
    const alarms: AlarmReading[] = this.#plan.health.alarms.map((name) => {
      return { name, state: this.#alarmState(shown), atStart: this.#alarmAtStart };
    });
    return { now, rules: this.#plan.health, ...shown, raisedAt: this.#raisedAt, alarms, minInvocations: 0 };
  }

  #alarmState(shown: Shown): AlarmState {
    return errorRateAlarm('alias', shown) ? 'ALARM' : 'OK';
  }

  #do(move: Move, now: number): Action {
    switch (move.kind) {
      case 'shift':
        this.#at = { step: move.step, percent: move.percent, enteredAt: now };
        this.#raisedAt.push(now);
        return { kind: 'wait', milliseconds: this.#firstWait(now) * 1000, percent: move.percent };
      case 'bake':
        this.#at = { ...this.#at, heldSince: undefined };
        return { kind: 'wait', milliseconds: move.waitSeconds * 1000 };
      case 'hold':
        this.#at = { ...this.#at, heldSince: this.#at.heldSince ?? now };
        return { kind: 'wait', milliseconds: this.#plan.holdTickSeconds * 1000 };
      case 'promote':
      case 'complete':
        return { kind: 'promote' };
      case 'rollBack':
        return { kind: 'rollBack' };
    }
  }

  #firstWait(now: number): number {
    const tick = secondsToLook(this.#plan, now);
    return Math.min(tick, this.#plan.steps[this.#at.step]?.bakeSeconds ?? tick);
  }
}

/** The figures of a comparison that a budget goes by; the others are left out of a glance. */
function sidesOf(tally: Tally): ComparisonFigures {
  const compared = tally.pairedSum.candidateTotal;
  return {
    ...sumOf(tally.pairedSum, tally.alone),
    difference: compared === 0 ? 0 : tally.excess / compared,
    eValue: 1,
    seenInvocations: 0,
    neededInvocations: 0,
  };
}
