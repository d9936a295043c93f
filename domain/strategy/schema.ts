import { z } from 'zod';

/** Longest bake we accept, in minutes: a week. */
export const LONGEST_BAKE_MINUTES = 7 * 24 * 60;

/** Smallest and largest traffic share that a weight can express in practice, in percent. */
const share = (): z.ZodNumber => z.number().min(0.01).max(99.99);
const minutes = (): z.ZodNumber => z.number().positive().max(LONGEST_BAKE_MINUTES);

const allAtOnce = z.strictObject({ type: z.literal('allAtOnce') });

const canary = z.strictObject({ type: z.literal('canary'), percent: share(), minutes: minutes() });

const linear = z.strictObject({ type: z.literal('linear'), percent: share().min(0.5), everyMinutes: minutes() });

const steps = z.strictObject({
  type: z.literal('steps'),
  steps: z
    .array(z.strictObject({ percent: share(), minutes: minutes() }))
    .min(1)
    .max(100)
    .superRefine((list, context) => {
      const shares = list.map((step) => step.percent);
      const rising = shares.every((percent, index) => index === 0 || percent > (shares[index - 1] ?? 0));
      if (!rising) context.addIssue(`expected the shares to rise from step to step, got ${JSON.stringify(shares)}`);
    }),
});

const blueGreen = z.strictObject({ type: z.literal('blueGreen') });

const budget = z.strictObject({
  type: z.literal('budget'),
  failedRequests: z.number().min(1).max(1e9).describe('Failed requests that a bad release may cost.'),
  minutes: minutes().describe('Time from the first traffic to the promotion.'),
  floorPercent: share().max(10).default(0.1).describe('Smallest share ever used, in percent.'),
  growth: z.number().gt(1).max(10).default(2).describe('Largest factor by which the share rises at one tick.'),
});

/** How traffic moves from the stable version to the candidate. */
export const strategySchema = z.discriminatedUnion('type', [allAtOnce, canary, linear, steps, blueGreen, budget]);

/** How traffic moves from the stable version to the candidate, complete. */
export type Strategy = z.output<typeof strategySchema>;

/** Names of the strategies. */
export type StrategyName = Strategy['type'];

/** A strategy of one type. */
export type StrategyOf<Name extends StrategyName> = Extract<Strategy, { type: Name }>;
