import type {
  DeleteRuleRequest,
  DescribeRuleRequest,
  DescribeRuleResponse,
  PutRuleRequest,
  PutRuleResponse,
  RuleState,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Need, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { compilePattern } from '../pattern/compile.ts';
import { PatternError } from '../pattern/pattern-error.ts';
import { checkBus, existingRule, ruleArn, type RuleRecord } from '../rules.ts';
import { parseSchedule } from '../schedule/schedule.ts';
import { validationError } from '../validation-error.ts';
import type { EventsContext } from './context.ts';
import { passRole } from './pass-role.ts';

/** AWS's limit for the text of an event pattern. */
const LONGEST_PATTERN = 2048;

/** PutRule, DeleteRule, DescribeRule, EnableRule, DisableRule. */
export function ruleOperations(context: EventsContext): Readonly<Record<string, Operation>> {
  return {
    PutRule: operation<PutRuleRequest, PutRuleResponse>({
      needs: (input, world) => [...ruleNeed('PutRule')(input, world), ...passRole([input.RoleArn])],
      handle: (input) => putRule(context, input),
      differs: 'rules belong to the default bus; wildcards are judged too complex somewhat earlier',
    }),
    DeleteRule: operation<DeleteRuleRequest, void>({
      needs: ruleNeed('DeleteRule'),
      handle: (input) => deleteRule(context, input),
    }),
    DescribeRule: operation<DescribeRuleRequest, DescribeRuleResponse>({
      needs: ruleNeed('DescribeRule'),
      handle: (input) => describeRule(context, input),
    }),
    EnableRule: stateOperation(context, 'EnableRule', 'ENABLED'),
    DisableRule: stateOperation(context, 'DisableRule', 'DISABLED'),
  };
}

function ruleNeed(action: string): (input: { Name: string | undefined }, world: World) => readonly Need[] {
  return (input, world) => [{ action: `events:${action}`, resource: ruleArn(world, input.Name ?? '') }];
}

function stateOperation(context: EventsContext, action: string, state: RuleState): Operation {
  return operation<DescribeRuleRequest, void>({
    needs: ruleNeed(action),
    handle: (input) => {
      checkBus(context.world, input.EventBusName);
      const rule = existingRule(context.rules, input.Name ?? '');
      const scheduledFrom = rule.state === state ? rule.scheduledFrom : context.world.clock.now();
      context.rules.put(rule.name, { ...rule, state, scheduledFrom });
      context.scheduler.plan(rule.name);
    },
  });
}

/** Writes the rule; targets and tags of an existing one stay. */
function putRule({ world, rules, scheduler }: EventsContext, input: PutRuleRequest): PutRuleResponse {
  checkBus(world, input.EventBusName);
  const name = validName(input.Name);
  checkPattern(input.EventPattern);
  checkSchedule(input);
  const known = rules.get(name);
  const arn = ruleArn(world, name);
  const rule: RuleRecord = {
    name,
    arn,
    state: input.State ?? 'ENABLED',
    targets: known?.targets ?? [],
    tags: known?.tags ?? input.Tags ?? [],
    scheduledFrom: known?.schedule === input.ScheduleExpression && known ? known.scheduledFrom : world.clock.now(),
    pattern: input.EventPattern,
    schedule: input.ScheduleExpression,
    description: input.Description,
    roleArn: input.RoleArn,
  };
  rules.put(name, rule);
  scheduler.plan(name);
  return { RuleArn: arn };
}

function validName(name: string | undefined): string {
  if (name !== undefined && /^[.\-_A-Za-z0-9]{1,64}$/u.test(name)) return name;
  throw validationError(
    `1 validation error detected: Value '${name ?? 'null'}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+`,
  );
}

/** @throws AwsError InvalidEventPatternException with AWS's reason. */
export function checkPattern(pattern: string | undefined): void {
  if (pattern === undefined) return;
  try {
    if (pattern.length > LONGEST_PATTERN)
      throw new PatternError(`Event pattern is longer than ${LONGEST_PATTERN} characters`);
    compilePattern(pattern);
  } catch (cause) {
    if (!(cause instanceof PatternError)) throw cause;
    const message = `Event pattern is not valid. Reason: ${cause.message}`;
    throw new AwsError('InvalidEventPatternException', message, { status: 400 });
  }
}

function checkSchedule(input: PutRuleRequest): void {
  if (input.EventPattern === undefined && input.ScheduleExpression === undefined)
    throw validationError('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  if (input.ScheduleExpression !== undefined && !parseSchedule(input.ScheduleExpression))
    throw validationError('Parameter ScheduleExpression is not valid.');
}

/** Deleting a rule that is not there succeeds, as on AWS. */
function deleteRule({ world, rules, scheduler }: EventsContext, input: DeleteRuleRequest): void {
  checkBus(world, input.EventBusName);
  const rule = rules.get(input.Name ?? '');
  if (!rule) return;
  if (rule.targets.length > 0) throw validationError("Rule can't be deleted since it has targets.");
  rules.delete(rule.name);
  scheduler.plan(rule.name);
}

function describeRule({ world, rules }: EventsContext, input: DescribeRuleRequest): DescribeRuleResponse {
  checkBus(world, input.EventBusName);
  return { ...describe(existingRule(rules, input.Name ?? '')), CreatedBy: world.accountId };
}

/** A rule in the shape of the API. */
export function describe(rule: RuleRecord): DescribeRuleResponse {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: 'default',
  };
}
