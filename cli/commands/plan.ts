import { describeForecast, forecastRollout, type Forecast } from '../../domain/forecast/forecast.ts';
import { meanTraffic, type TrafficMinute } from '../../domain/health/traffic.ts';
import { describePlan, planRollouts, type RolloutPlan } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import { healthSource } from '../../functions/aws/health-source.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import type { Connection } from '../connection.ts';
import type { Context } from '../context.ts';
import { Failure } from '../failure.ts';
import { plansOf } from '../plans.ts';
import { readPolicy } from '../policies.ts';

export interface PlanOptions {
  readonly function: string;
  readonly environment?: string;
  /** How far back the traffic is looked at. */
  readonly hours: number;
  readonly json?: boolean;
}

/** What a release would go through in one environment. */
export interface PlannedEnvironment {
  readonly environment: string;
  readonly plan: string;
  readonly forecast: Forecast;
}

/** Tells, before a release, how it will go with the traffic that the function has, and what the plan can and cannot see. */
export async function plan(options: PlanOptions, { out, connection }: Context): Promise<void> {
  const stored = await readPolicy(connection, options.function);
  const todo = `write one with \`weighbridge policy put --function ${options.function} policy.json\``;
  if (!stored) throw new Failure(`${options.function} has no policy in ${await connection.describe()}: ${todo}`);
  const plans = plansOf(planRollouts(parsePolicy(stored.text)), options.environment);
  const planned = await Promise.all(plans.map((one) => plannedEnvironment(one, options, connection)));
  if (options.json) return out.json(planned);
  out.remark(`in ${await connection.describe()}`);
  planned.forEach((one, index) => {
    if (index > 0) out.line();
    out.line(`${one.environment}: ${one.plan}`);
    for (const line of [trafficInWords(one.forecast, options), ...describeForecast(one.forecast)])
      out.line(`  ${line}`);
  });
}

async function plannedEnvironment(
  one: RolloutPlan,
  options: PlanOptions,
  connection: Connection,
): Promise<PlannedEnvironment> {
  const periods = await recentTraffic(one, options, connection);
  const forecast = forecastRollout(one, meanTraffic(periods.found, periods));
  return { environment: one.environment, plan: describePlan(one), forecast };
}

const PERIOD_SECONDS = 60;
const HOUR = 3_600_000;
/** How far a sandbox's time may have run ahead, in ms. */
const SANDBOX_AHEAD = 30 * 24 * HOUR;

/** The last hours of the alias's traffic. In a sandbox, whose time may run ahead of ours, they end with its last request. */
async function recentTraffic(
  { alias }: RolloutPlan,
  { function: functionName, hours }: PlanOptions,
  { target, clientConfig }: Connection,
): Promise<{ found: TrafficMinute[]; to: number }> {
  const now = Date.now();
  const until = target.kind === 'sandbox' ? now + SANDBOX_AHEAD : now;
  const query = { functionName, alias, from: now - hours * HOUR, to: until, periodSeconds: PERIOD_SECONDS };
  const found = await healthSource(lambdaHost({ sdk: clientConfig })).traffic(query);
  const last = (found.at(-1)?.at ?? now) + PERIOD_SECONDS * 1000;
  const to = target.kind === 'sandbox' ? last : now;
  return { found: found.filter(({ at }) => at >= to - hours * HOUR), to };
}

function trafficInWords({ traffic }: Forecast, { hours }: PlanOptions): string {
  const { requestsPerMinute: rate, errorRate } = traffic;
  if (rate === 0) return `no requests in the last ${hours} h`;
  const requests = Number(rate.toPrecision(3)).toLocaleString('en-US');
  return `about ${requests} requests a minute in the last ${hours} h, ${Number((errorRate * 100).toPrecision(2))} % of them failed`;
}
