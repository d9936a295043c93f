import { z } from 'zod';
import { customRulesSchema } from './custom/rules.ts';

const percent = (): z.ZodNumber => z.number().positive().lt(100);

/** The settings of one comparison; every comparison has the same, with defaults of its own. */
const comparison = (defaults: { floorPercent: number; limitPercent: number; worthFindingPercent: number }) => ({
  ratio: z
    .number()
    .min(1)
    .max(100)
    .default(1.5)
    .describe('How many times the rate of the stable version the candidate may reach before it counts as worse.'),
  floorPercent: z
    .number()
    .min(0)
    .lt(100)
    .default(defaults.floorPercent)
    .describe('Smallest difference that matters in practice, in percentage points.'),
  limitPercent: percent()
    .default(defaults.limitPercent)
    .describe('Highest acceptable rate in percent where no stable traffic is there to compare with.'),
  worthFindingPercent: percent()
    .default(defaults.worthFindingPercent)
    .describe('Smallest worsening, in percentage points, that a healthy verdict has to be able to rule out.'),
});

const requests = z.strictObject(comparison({ floorPercent: 0.1, limitPercent: 1, worthFindingPercent: 5 }));

const slowRequests = z.strictObject({
  overMilliseconds: z.number().positive().max(900_000).describe('A request that takes longer than this is slow.'),
  ...comparison({ floorPercent: 1, limitPercent: 5, worthFindingPercent: 10 }),
});

const alarmNames = z
  .array(z.string().min(1).max(255))
  .max(100)
  .refine((names) => new Set(names).size === names.length, {
    message: 'expected every alarm once, got one name twice; leave the second out',
  });

/** How health is judged, with a default for everything (HEALTH.md has the method). */
export const healthRulesSchema = z.strictObject({
  alpha: z
    .number()
    .min(1e-6)
    .max(0.2)
    .default(0.01)
    .describe('Chance, over a whole rollout, that a candidate which is no worse is called unhealthy.'),
  metricLagSeconds: z.int().min(0).max(900).default(60).describe('Minutes younger than this are not judged yet.'),
  errors: z
    .union([z.literal(false), requests])
    .prefault({})
    .describe('Comparison of failed requests, or false.'),
  throttles: z
    .union([z.literal(false), requests])
    .prefault({})
    .describe('Comparison of throttled requests, or false.'),
  slow: z
    .union([z.literal(false), slowRequests])
    .default(false)
    .describe('Comparison of slow requests, or false.'),
  ignoreLatencyMinutes: z
    .int()
    .min(0)
    .max(60)
    .default(2)
    .describe('Minutes after each rise of the share in which latency is not judged: cold starts.'),
  custom: customRulesSchema.default([]).describe("The function's own metrics as rules."),
  alarms: alarmNames.default([]).describe('CloudWatch alarms that gate the rollout.'),
  onInsufficientData: z
    .enum(['ignore', 'inconclusive', 'unhealthy'])
    .default('inconclusive')
    .describe('What an alarm in INSUFFICIENT_DATA means.'),
});

/** How health is judged, complete. */
export type HealthRules = z.output<typeof healthRulesSchema>;

/** Settings of one comparison, whatever it counts. */
export type ComparisonRule = z.output<typeof requests>;
