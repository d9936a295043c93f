import { duration } from '../duration.ts';
import type { RolloutPlan } from '../plan.ts';
import { dearestFound, type Cost } from './cost.ts';
import { requestsUntil, scheduleOf, type Traffic } from './schedule.ts';
import { smallestFoundAt } from './sight.ts';
import { warningsOf } from './warnings.ts';

/** One stretch of the schedule in figures. */
export type ForecastStep = {
  percent: number;
  /** Minutes from the first traffic on. */
  fromMinutes: number;
  toMinutes: number;
  /** Requests that the candidate is expected to get in it. */
  candidateRequests: number;
  /** Smallest worsening, in percentage points, found with 95 % probability by its end; absent when none is. */
  smallestRegressionPercent?: number;
};

/** What a rollout will look like with the traffic that the function has, and what it can and cannot see. */
export type Forecast = {
  traffic: Traffic;
  steps: ForecastStep[];
  /** From the first traffic to the end when nothing stops it. */
  expectedMinutes: number;
  /** Smallest worsening of the failure rate, in percentage points, found with 95 % probability before the promotion, or in
   * the final bake where there is no share before it. */
  smallestRegressionPercent?: number;
  /** The dearest bad release that is found: extra failed requests, how bad it is, and when it is found. */
  worstCase?: { failedRequests: number; worseningPercent: number; minutes: number };
  warnings: string[];
};

/** Forecasts a rollout that has the given traffic. Pure arithmetic on expected figures; nothing is drawn at random. */
export function forecastRollout(plan: RolloutPlan, traffic: Traffic): Forecast {
  const stretches = scheduleOf(plan, traffic, traffic.errorRate);
  const steps = stretches.map((stretch) => ({
    percent: stretch.percent,
    fromMinutes: stretch.from,
    toMinutes: stretch.to,
    candidateRequests: requestsUntil([stretch], traffic, stretch.to),
    ...regression(smallestFoundAt(plan, stretches, traffic, stretch.to)),
  }));
  const last = steps.findLast(({ percent }) => percent < 100) ?? steps.at(-1);
  return {
    traffic,
    steps,
    expectedMinutes: stretches.at(-1)?.to ?? 0,
    ...regression(percentToFraction(last?.smallestRegressionPercent)),
    ...worst(dearestFound(plan, traffic)),
    warnings: warningsOf(plan, traffic, stretches),
  };
}

/** Words for a forecast, a line each: schedule, time, what is seen, what it may cost, warnings. */
export function describeForecast(forecast: Forecast): string[] {
  const { steps, expectedMinutes, smallestRegressionPercent: smallest, worstCase } = forecast;
  const schedule = steps.map(
    (step) =>
      `${step.percent} % from minute ${rounded(step.fromMinutes)} to ${rounded(step.toMinutes)}: ${requests(step)}`,
  );
  const seen =
    smallest === undefined ? 'no regression' : `a regression of ${rounded(smallest)} percentage points and more`;
  const cost = worstCase
    ? `at worst ${rounded(worstCase.failedRequests)} failed requests, by a release that is ${rounded(worstCase.worseningPercent)} percentage points worse and is found after ${duration(worstCase.minutes * 60)}`
    : 'no bad release is found, so there is no bound on what one costs';
  return [
    ...schedule,
    `expected time ${duration(expectedMinutes * 60)}`,
    `finds ${seen} with 95 % probability ${steps.some(({ percent }) => percent < 100) ? 'before the promotion' : 'after it'}`,
    cost,
    ...forecast.warnings.map((warning) => `warning: ${warning}`),
  ];
}

function requests({ candidateRequests, smallestRegressionPercent: smallest }: ForecastStep): string {
  const sight = smallest === undefined ? 'sees nothing' : `sees ${rounded(smallest)} percentage points`;
  return `about ${Math.round(candidateRequests).toLocaleString('en-US')} requests, ${sight}`;
}

function regression(worsening: number | undefined): { smallestRegressionPercent?: number } {
  return worsening === undefined ? {} : { smallestRegressionPercent: worsening * 100 };
}

function percentToFraction(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : percent / 100;
}

function worst(cost: Cost | undefined): Pick<Forecast, 'worstCase'> {
  if (!cost) return {};
  const { failedRequests, worsening, minutes } = cost;
  return { worstCase: { failedRequests, worseningPercent: worsening * 100, minutes } };
}

function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 4 });
}
