import type {
  ListTargetsByRuleRequest,
  ListTargetsByRuleResponse,
  PutTargetsRequest,
  PutTargetsResponse,
  RemoveTargetsRequest,
  RemoveTargetsResponse,
  Target,
} from '@aws-sdk/client-eventbridge';
import { AwsError } from '../../core/aws-error.ts';
import { operation, type Operation } from '../../core/service.ts';
import { pageOf } from '../page.ts';
import { checkBus, existingRule, ruleArn } from '../rules.ts';
import { checkTarget } from './check-target.ts';
import type { EventsContext } from './context.ts';
import { passRole } from './pass-role.ts';

/** Targets a rule may have. */
const MOST_TARGETS = 5;

/** PutTargets, RemoveTargets, ListTargetsByRule. */
export function targetOperations(context: EventsContext): Readonly<Record<string, Operation>> {
  return {
    PutTargets: operation<PutTargetsRequest, PutTargetsResponse>({
      needs: (input, world) => [
        {
          action: 'events:PutTargets',
          resource: ruleArn(world, input.Rule ?? ''),
          context: { 'events:TargetArn': (input.Targets ?? []).map((target) => target.Arn ?? '') },
        },
        ...passRole((input.Targets ?? []).map((target) => target.RoleArn)),
      ],
      handle: (input) => putTargets(context, input),
      differs: 'targets are state machines, functions, queues, topics and log groups',
    }),
    RemoveTargets: operation<RemoveTargetsRequest, RemoveTargetsResponse>({
      needs: (input, world) => [{ action: 'events:RemoveTargets', resource: ruleArn(world, input.Rule ?? '') }],
      handle: (input) => removeTargets(context, input),
    }),
    ListTargetsByRule: operation<ListTargetsByRuleRequest, ListTargetsByRuleResponse>({
      needs: (input, world) => [{ action: 'events:ListTargetsByRule', resource: ruleArn(world, input.Rule ?? '') }],
      handle: (input) => listTargets(context, input),
    }),
  };
}

/** Adds targets, or replaces those with the same id. */
function putTargets({ world, rules }: EventsContext, input: PutTargetsRequest): PutTargetsResponse {
  checkBus(world, input.EventBusName);
  const rule = existingRule(rules, input.Rule ?? '');
  const targets = new Map(rule.targets.map((target) => [target.Id, target]));
  for (const target of input.Targets ?? []) {
    checkTarget(target);
    targets.set(target.Id, target);
  }
  if (targets.size > MOST_TARGETS) throw tooManyTargets();
  rules.put(rule.name, { ...rule, targets: [...targets.values()] });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function tooManyTargets(): AwsError {
  const message = 'The requested resource exceeds the maximum number allowed.';
  return new AwsError('LimitExceededException', message, { status: 400 });
}

function removeTargets({ world, rules }: EventsContext, input: RemoveTargetsRequest): RemoveTargetsResponse {
  checkBus(world, input.EventBusName);
  const rule = existingRule(rules, input.Rule ?? '');
  const gone = new Set<string | undefined>(input.Ids);
  const left: readonly Target[] = rule.targets.filter((target) => !gone.has(target.Id));
  rules.put(rule.name, { ...rule, targets: left });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

function listTargets({ world, rules }: EventsContext, input: ListTargetsByRuleRequest): ListTargetsByRuleResponse {
  checkBus(world, input.EventBusName);
  const { targets } = existingRule(rules, input.Rule ?? '');
  const { page, ...rest } = pageOf(targets, input.NextToken, input.Limit);
  return { Targets: [...page], ...rest };
}
