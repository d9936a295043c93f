import { z } from 'zod';
import { freezesSchema, windowsSchema } from './freeze/schema.ts';
import { healthRulesSchema } from './health/rules.ts';
import { QUEUE_MODES } from './queue.ts';
import { LONGEST_BAKE_MINUTES, strategySchema } from './strategy/schema.ts';

const NAME = /^[a-zA-Z0-9_-]+$/;
const DIGITS = /^[0-9]+$/;
/** Names that Lambda keeps for itself: "Reserved environment variables" in the Lambda guide. */
const RESERVED = new RegExp(
  [
    '^(_HANDLER|_X_AMZN_TRACE_ID|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR',
    'AWS_(DEFAULT_REGION|REGION|EXECUTION_ENV|ACCESS_KEY|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)',
    'AWS_LAMBDA_(FUNCTION_NAME|FUNCTION_MEMORY_SIZE|FUNCTION_VERSION|INITIALIZATION_TYPE|LOG_GROUP_NAME|LOG_STREAM_NAME|RUNTIME_API))$',
  ].join('|'),
);

const name = z.string().max(64).regex(NAME, 'a name of letters, digits, - and _');
const alias = z
  .string()
  .max(128)
  .regex(NAME, 'an alias of letters, digits, - and _')
  .refine((text) => !DIGITS.test(text), { message: 'expected an alias that is not digits only, got a number' });
const variable = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]+$/, 'a name of at least two letters, digits and _ that begins with a letter')
  .refine((text) => !RESERVED.test(text), {
    message: 'expected a name that Lambda does not keep for itself',
  });
const secretArn = z
  .string()
  .regex(/^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/, 'the ARN of a Secrets Manager secret');
const topicArn = z.string().regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:\S+$/, 'the ARN of an SNS topic');

const verify = z.strictObject({
  hook: z
    .string()
    .min(1)
    .max(170)
    .optional()
    .describe('Function, by name or ARN, that is invoked to check the candidate.'),
  warm: z
    .union([z.literal('auto'), z.int().min(0).max(1000)])
    .default('auto')
    .describe('Execution environments to warm before each rise of the share; auto: as many as its traffic keeps busy.'),
});

const configuration = z.strictObject({
  variables: z.record(variable, z.string()).default({}).describe('Environment variables of the published version.'),
  secrets: z.record(variable, secretArn).default({}).describe('Environment variables that name a secret by its ARN.'),
});

/** One environment: an alias, and how releases reach it. */
export const environmentSchema = z
  .strictObject({
    name,
    alias: alias.optional().describe('The Lambda alias; the name of the environment unless given.'),
    strategy: strategySchema,
    finalBakeMinutes: z
      .number()
      .min(0)
      .max(LONGEST_BAKE_MINUTES)
      .default(0)
      .describe('Bake at 100 % that can still roll back.'),
    evaluateEveryMinutes: z.number().min(0.25).max(60).default(1),
    health: healthRulesSchema.prefault({}),
    onInconclusive: z.enum(['hold', 'promote', 'rollBack']).default('hold'),
    minInvocations: z
      .int()
      .min(0)
      .default(0)
      .describe('Invocations that the candidate must have had at a share to leave it.'),
    holdHours: z.number().positive().max(24).default(8).describe('How long a held rollout waits before it rolls back.'),
    approval: z.enum(['none', 'before']).default('none'),
    verify: verify.prefault({}),
    configuration: configuration.prefault({}),
    eventSources: z
      .enum(['refuse', 'move'])
      .default('refuse')
      .describe(
        'Event source mappings that name the bare function: refuse the release, or move them to this alias before $LATEST changes.',
      ),
    queue: z
      .enum(QUEUE_MODES)
      .default('supersede')
      .describe(
        'Releases that wait for their turn: a newer one ends the older ones, or all run, lowest version first.',
      ),
    windows: windowsSchema.describe('When releases may begin; at any time when there are none.'),
    freezes: freezesSchema.describe('Times at which no release may begin, whatever the windows say.'),
    frozenWithAll: z.boolean().default(true).describe('Whether a freeze of all functions holds here too.'),
    retention: z.strictObject({ keepVersions: z.int().min(1).max(100).default(5) }).prefault({}),
  })
  .superRefine((environment, context) => {
    for (const problem of environmentProblems(environment)) context.addIssue({ code: 'custom', ...problem });
  });

/** The policy of one function. */
export const policySchema = z.strictObject({
  environments: z
    .array(environmentSchema)
    .min(1)
    .max(10)
    .superRefine((environments, context) => {
      for (const problem of duplicates(environments)) context.addIssue({ code: 'custom', ...problem });
    }),
  freezes: freezesSchema.describe('Times at which no release may begin in any environment.'),
  notifications: z
    .strictObject({
      snsTopicArn: topicArn.optional(),
      slackWebhookSecret: z
        .string()
        .min(1)
        .max(2048)
        .optional()
        .describe('Name or ARN of the secret with the webhook URL.'),
    })
    .optional(),
});

type Problem = { path: PropertyKey[]; message: string };
type Environment = { name: string; alias?: string | undefined; eventSources?: 'refuse' | 'move' | undefined };

function environmentProblems(environment: {
  name: string;
  alias?: string | undefined;
  strategy: { type: string };
  finalBakeMinutes: number;
  configuration: { variables: Record<string, string>; secrets: Record<string, string> };
}): Problem[] {
  const problems: Problem[] = [];
  if (environment.alias === undefined && DIGITS.test(environment.name)) {
    problems.push({
      path: ['alias'],
      message: `expected an alias, since the name "${environment.name}" is digits only, got nothing`,
    });
  }
  if (environment.strategy.type === 'blueGreen' && environment.finalBakeMinutes === 0) {
    const message = 'expected more than 0, since blueGreen is judged at 100 %, got 0';
    problems.push({ path: ['finalBakeMinutes'], message });
  }
  const { variables, secrets } = environment.configuration;
  for (const key of Object.keys(secrets).filter((one) => Object.hasOwn(variables, one))) {
    problems.push({
      path: ['configuration', 'secrets', key],
      message: 'expected a name of its own, got the name of a variable',
    });
  }
  return problems;
}

function duplicates(environments: Environment[]): Problem[] {
  const names = environments.map((one) => one.name);
  const aliases = environments.map((one) => one.alias ?? one.name);
  return [...repeated(names, 'name'), ...repeated(aliases, 'alias'), ...secondTarget(environments)];
}

/** A mapping has one function: only one environment can take the mappings over. */
function secondTarget(environments: Environment[]): Problem[] {
  const moving = environments.flatMap(({ eventSources }, index) => (eventSources === 'move' ? [index] : []));
  const message = 'expected one environment to move event sources to, got a second one';
  return moving.slice(1).map((index) => ({ path: [index, 'eventSources'], message }));
}

function repeated(values: string[], field: string): Problem[] {
  return values.flatMap((value, index) =>
    values.indexOf(value) === index
      ? []
      : [{ path: [index, field], message: `expected ${field} to be used once, got "${value}" again` }],
  );
}
