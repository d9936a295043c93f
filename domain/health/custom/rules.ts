import { z } from 'zod';

/** Longest window of a limit, in minutes. */
const LONGEST_WINDOW = 240;
/** A request for metric data may hold 500 queries; this keeps an expression and its metrics well below. */
const MOST_METRICS = 10;

const metric = z.strictObject({
  namespace: z.string().min(1).max(255).describe('Namespace of the CloudWatch metric.'),
  name: z.string().min(1).max(255).describe('Name of the CloudWatch metric.'),
  dimensions: z
    .record(z.string().min(1).max(255), z.string().min(1).max(1024))
    .describe('Dimensions; {version}, {function} and {alias} stand for what is judged.'),
  statistic: z.string().min(1).max(50).default('Average').describe('CloudWatch statistic over one minute: Sum, p99, …'),
});

/** Which values are too bad, on their own or beside those of the stable version. */
const bounds = {
  limit: z
    .number()
    .optional()
    .describe('Values beyond it are breaches: above where lower is better, below where higher is.'),
  breaches: z
    .int()
    .min(1)
    .max(LONGEST_WINDOW)
    .default(3)
    .describe('Breaching minutes within the window that are too many.'),
  ofMinutes: z
    .int()
    .min(1)
    .max(LONGEST_WINDOW)
    .default(5)
    .describe('Length of the window of a limit, in minutes with data.'),
  compare: z
    .strictObject({
      tolerancePercent: z
        .number()
        .min(0)
        .max(1000)
        .default(10)
        .describe('How much worse than the stable version of the same minute a value may be, in percent of it.'),
    })
    .optional()
    .describe('Comparison with the stable version, minute by minute.'),
};

/** Id that the result of a rule has in its request for metric data. */
export const RESULT_ID = 'weighbridge_result';

/** One metric of the user's own as a health rule. */
export const customRuleSchema = z
  .strictObject({
    name: z
      .string()
      .max(64)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9 _.-]*$/, 'a name of letters, digits, spaces, - _ and .'),
    metric: metric.optional().describe('The metric; or give `expression` and `metrics`.'),
    expression: z.string().min(1).max(1024).optional().describe('CloudWatch metric math over the ids of `metrics`.'),
    metrics: z
      .record(
        z
          .string()
          .regex(/^[a-z][a-zA-Z0-9_]{0,200}$/, 'an id that begins with a small letter')
          .refine((id) => id !== RESULT_ID, { message: `expected another id than ${RESULT_ID}, which is taken` }),
        metric,
      )
      .optional()
      .describe('The metrics of the expression, by id.'),
    better: z.enum(['lower', 'higher']).describe('Which values are better.'),
    ...bounds,
    ignoreMinutes: z
      .int()
      .min(0)
      .max(60)
      .default(0)
      .describe('Minutes after each rise of the share that are left out.'),
  })
  .superRefine((rule, context) => {
    for (const message of problemsOf(rule)) context.addIssue({ code: 'custom', message });
  });

/** One metric of the user's own as a health rule, complete. */
export type CustomRule = z.output<typeof customRuleSchema>;

/** One metric of CloudWatch with placeholders in its dimensions. */
export type CustomMetric = z.output<typeof metric>;

/** The rules of a policy; every name once. */
export const customRulesSchema = z
  .array(customRuleSchema)
  .max(20)
  .refine((rules) => new Set(rules.map(({ name }) => name)).size === rules.length, {
    message: 'expected every custom metric to have a name of its own, got one name twice',
  });

type Unchecked = Pick<CustomRule, 'metric' | 'expression' | 'metrics' | 'limit' | 'compare' | 'breaches' | 'ofMinutes'>;

function problemsOf(rule: Unchecked): string[] {
  const { metric: single, expression, metrics = {}, limit, compare, breaches, ofMinutes } = rule;
  const used = Object.values(single ? { single } : metrics);
  const problems: [boolean, string][] = [
    [
      (single === undefined) === (expression === undefined),
      `expected \`metric\` or \`expression\`, got ${single ? 'both' : 'neither'}`,
    ],
    [
      (expression === undefined) !== (rule.metrics === undefined),
      'expected `metrics` together with `expression`, got one of them alone',
    ],
    [used.length > MOST_METRICS, `expected at most ${MOST_METRICS} metrics in one expression, got ${used.length}`],
    [
      used.length > 0 && !used.some(tellsVersionsApart),
      'expected {version} in a dimension, so that the metric tells the versions apart, got none; name an alarm in `alarms` for a metric that does not',
    ],
    [
      (limit === undefined) === (compare === undefined),
      `expected \`limit\` or \`compare\`, got ${compare ? 'both; make two rules of it' : 'neither'}`,
    ],
    [breaches > ofMinutes, `expected \`breaches\` of ${ofMinutes} at most, as \`ofMinutes\` says, got ${breaches}`],
  ];
  return problems.filter(([wrong]) => wrong).map(([, message]) => message);
}

function tellsVersionsApart({ dimensions }: CustomMetric): boolean {
  return Object.values(dimensions).some((value) => value.includes('{version}'));
}
