import { z } from 'zod';
import { CATALOGUE } from '../wire/catalogue.ts';

const SERVICES = CATALOGUE.map((facts) => facts.id);

/** Sandbox milliseconds. */
const milliseconds = z.number().min(0);
const when = z.enum(['before', 'after']).default('before');

/** Which of the things that match are hit: skip the first ones, then a share of them, so many times. */
const dosage = {
  /** Name of the rule, for removing it and in reports; one is given when absent. */
  id: z.string().min(1).optional(),
  /** How many matches to let pass first. */
  skip: z.int().min(0).default(0),
  /** How often the rule strikes at most; without limit when absent. */
  times: z.int().min(1).optional(),
  /** Share of the matches that it strikes, drawn from the seeded generator of the rule. */
  probability: z.number().min(0).max(1).default(1),
};

const callAction = z.discriminatedUnion('kind', [
  /** Refused as the service refuses calls beyond its rate limit. */
  z.strictObject({ kind: z.literal('throttle') }),
  /** Answered late; `before` or `after` its effect. */
  z.strictObject({ kind: z.literal('delay'), ms: milliseconds, when }),
  /** Fails before it has any effect: with the service's own internal error, or the given one. */
  z.strictObject({
    kind: z.literal('fail'),
    code: z.string().min(1).optional(),
    message: z.string().optional(),
    status: z.int().min(400).max(599).optional(),
  }),
  /** Takes effect, but the connection breaks before the answer arrives. */
  z.strictObject({ kind: z.literal('loseResponse') }),
  /** Kills the running environments of a function when the call begins or when it has had its effect. */
  z.strictObject({ kind: z.literal('killFunction'), function: z.string().min(1), when }),
  /** Stops running executions of a state machine when the call begins or when it has had its effect. */
  z.strictObject({
    kind: z.literal('stopExecution'),
    /** Name or ARN of the state machine. */
    stateMachine: z.string().min(1),
    error: z.string().optional(),
    cause: z.string().optional(),
    when,
  }),
]);

const callRule = z.strictObject({
  on: z.literal('call'),
  ...dosage,
  match: z
    .strictObject({
      service: z.enum(SERVICES).optional(),
      /** Operation name, `*` and `?` allowed. */
      operation: z.string().min(1).optional(),
      /** Name of the Lambda function that the call is about, whatever form the input has it in. */
      function: z.string().min(1).optional(),
      /** Role name, service principal or `account` of the caller, `*` and `?` allowed. */
      caller: z.string().min(1).optional(),
      /** Members that the input must have, at any depth. */
      input: z.record(z.string(), z.unknown()).optional(),
    })
    .default({}),
  action: callAction,
});

const channelAction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('delay'), ms: milliseconds }),
  /** Arrives once more for every copy, each `ms` after the one before. */
  z.strictObject({
    kind: z.literal('duplicate'),
    copies: z.int().min(1).max(100).default(1),
    ms: milliseconds.default(0),
  }),
  z.strictObject({ kind: z.literal('drop') }),
]);

const metricRule = z.strictObject({
  on: z.literal('metric'),
  ...dosage,
  match: z
    .strictObject({
      namespace: z.string().min(1).optional(),
      name: z.string().min(1).optional(),
      /** Dimensions that the datum must have, among others. */
      dimensions: z.record(z.string(), z.string()).optional(),
    })
    .default({}),
  action: channelAction,
});

const eventMatch = z.strictObject({
  source: z.string().min(1).optional(),
  detailType: z.string().min(1).optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});

/** An event is lost, late or sent twice on its way from its service to the bus: copies have ids of their own. */
const eventRule = z.strictObject({
  on: z.literal('event'),
  ...dosage,
  match: eventMatch.default({}),
  action: channelAction,
});

/** Deliveries from the bus to targets are late, out of order or double: copies have the same id. One rule at a time. */
const deliveryRule = z.strictObject({
  on: z.literal('delivery'),
  id: dosage.id,
  match: eventMatch.default({}),
  action: z.strictObject({
    kind: z.literal('disturb'),
    duplicate: z.number().min(0).max(1).optional(),
    delayMs: milliseconds.optional(),
    spreadMs: milliseconds.optional(),
  }),
});

/** A task of a state machine: its request goes out twice, its answer never comes, or it fails with an error. */
const taskRule = z.strictObject({
  on: z.literal('task'),
  ...dosage,
  match: z
    .strictObject({
      /** Name of the state machine. */
      stateMachine: z.string().min(1).optional(),
      /** Name of the Task state. */
      state: z.string().min(1).optional(),
      /** Which attempt, 0 for the first. */
      retryCount: z.int().min(0).optional(),
    })
    .default({}),
  action: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('deliverTwice') }),
    z.strictObject({ kind: z.literal('timeOut') }),
    z.strictObject({ kind: z.literal('fail'), error: z.string().min(1), cause: z.string().optional() }),
  ]),
});

/** The schema of a rule: what a control request may say. */
export const ruleSchema = z.discriminatedUnion('on', [callRule, taskRule, metricRule, eventRule, deliveryRule]);

/** A rule as one writes it; members with defaults may be left out. */
export type RuleInput = z.input<typeof ruleSchema>;
/** A rule with its defaults filled in. */
export type Rule = z.output<typeof ruleSchema>;
export type CallRule = Extract<Rule, { on: 'call' }>;
export type ChannelRule = Extract<Rule, { on: 'metric' | 'event' }>;
export type TaskRule = Extract<Rule, { on: 'task' }>;
export type DeliveryRule = Extract<Rule, { on: 'delivery' }>;
export type ChannelAction = ChannelRule['action'];

/** Reads a rule. @throws TypeError that says what was expected where: correct the rule. */
export function parseRule(value: unknown): Rule {
  const parsed = ruleSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TypeError(`expected a fault rule: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
}
