import type {
  DescribeEventBusResponse,
  ListEventBusesResponse,
  ListRuleNamesByTargetRequest,
  ListRuleNamesByTargetResponse,
  ListRulesRequest,
  ListRulesResponse,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-eventbridge';
import { operation, type Operation } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { pageOf } from '../page.ts';
import { busArn, checkBus, existingRule, ruleArn, type RuleRecord } from '../rules.ts';
import type { EventsContext } from './context.ts';
import { describe } from './rule-operations.ts';

/** ListRules, ListRuleNamesByTarget, ListEventBuses, DescribeEventBus and the tag operations. */
export function listOperations(context: EventsContext): Readonly<Record<string, Operation>> {
  const { world, rules } = context;
  return {
    ListRules: operation<ListRulesRequest, ListRulesResponse>({
      needs: (_input, within) => [{ action: 'events:ListRules', resource: ruleArn(within, '*') }],
      handle: (input) => {
        checkBus(world, input.EventBusName);
        const named = sorted(rules.values()).filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''));
        const { page, ...rest } = pageOf(named, input.NextToken, input.Limit);
        return { Rules: page.map(describe), ...rest };
      },
    }),
    ListRuleNamesByTarget: operation<ListRuleNamesByTargetRequest, ListRuleNamesByTargetResponse>({
      needs: (_input, within) => [{ action: 'events:ListRuleNamesByTarget', resource: ruleArn(within, '*') }],
      handle: (input) => {
        checkBus(world, input.EventBusName);
        const having = sorted(rules.values()).filter((rule) => rule.targets.some(({ Arn }) => Arn === input.TargetArn));
        const { page, ...rest } = pageOf(having, input.NextToken, input.Limit);
        return { RuleNames: page.map((rule) => rule.name), ...rest };
      },
    }),
    ...busOperations(world),
    ...tagOperations(context),
  };
}

function sorted(rules: Iterable<RuleRecord>): readonly RuleRecord[] {
  return [...rules].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function busOperations(world: World): Readonly<Record<string, Operation>> {
  const bus = { Name: 'default', Arn: busArn(world) };
  return {
    DescribeEventBus: operation<{ Name?: string }, DescribeEventBusResponse>({
      needs: (_input, within) => [{ action: 'events:DescribeEventBus', resource: busArn(within) }],
      handle: (input) => {
        checkBus(world, input.Name);
        return bus;
      },
      differs: 'there is only the default event bus',
    }),
    ListEventBuses: operation<{ NamePrefix?: string }, ListEventBusesResponse>({
      needs: () => [{ action: 'events:ListEventBuses', resource: '*' }],
      handle: (input) => ({ EventBuses: bus.Name.startsWith(input.NamePrefix ?? '') ? [bus] : [] }),
      differs: 'there is only the default event bus',
    }),
  };
}

function tagOperations({ rules }: EventsContext): Readonly<Record<string, Operation>> {
  const ruleOf = (arn: string | undefined): RuleRecord =>
    existingRule(rules, (arn ?? '').split(':rule/')[1] ?? arn ?? '');
  const needs = (action: string) => (input: { ResourceARN: string | undefined }) => [
    { action: `events:${action}`, resource: input.ResourceARN ?? '*' },
  ];
  return {
    TagResource: operation<TagResourceRequest, object>({
      needs: needs('TagResource'),
      handle: (input) => {
        const rule = ruleOf(input.ResourceARN);
        const tags = new Map([...rule.tags, ...(input.Tags ?? [])].map((tag) => [tag.Key, tag]));
        rules.put(rule.name, { ...rule, tags: [...tags.values()] });
        return {};
      },
    }),
    UntagResource: operation<UntagResourceRequest, object>({
      needs: needs('UntagResource'),
      handle: (input) => {
        const rule = ruleOf(input.ResourceARN);
        rules.put(rule.name, { ...rule, tags: rule.tags.filter((tag) => !input.TagKeys?.includes(tag.Key ?? '')) });
        return {};
      },
    }),
    ListTagsForResource: operation<ListTagsForResourceRequest, ListTagsForResourceResponse>({
      needs: needs('ListTagsForResource'),
      handle: (input) => ({ Tags: [...ruleOf(input.ResourceARN).tags] }),
    }),
  };
}
