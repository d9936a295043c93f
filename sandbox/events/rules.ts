import type { RuleState, Tag, Target } from '@aws-sdk/client-eventbridge';
import { AwsError } from '../core/aws-error.ts';
import type { Collection } from '../core/collection.ts';
import type { World } from '../core/world.ts';

/** A rule of the default bus with its targets. */
export interface RuleRecord {
  readonly name: string;
  readonly arn: string;
  readonly state: RuleState;
  readonly targets: readonly Target[];
  readonly tags: readonly Tag[];
  /** Sandbox milliseconds; `rate` schedules count from here. */
  readonly scheduledFrom: number;
  readonly pattern?: string | undefined;
  readonly schedule?: string | undefined;
  readonly description?: string | undefined;
  readonly roleArn?: string | undefined;
}

/** The rules of the one bus there is. */
export type Rules = Collection<RuleRecord>;

/** The stored rules, by name. */
export function rulesOf(world: World): Rules {
  return world.storage.collection<RuleRecord>('events.rules');
}

/** Whether a rule takes part in routing. */
export function isEnabled(rule: RuleRecord): boolean {
  return rule.state !== 'DISABLED';
}

/** The rule's ARN, which leaves the name of the default bus out. */
export function ruleArn(world: World, name: string): string {
  return `arn:aws:events:${world.region}:${world.accountId}:rule/${name}`;
}

/** @throws AwsError ResourceNotFoundException when there is no such rule. */
export function existingRule(rules: Rules, name: string): RuleRecord {
  const rule = rules.get(name);
  if (!rule)
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`, {
      status: 400,
    });
  return rule;
}

/** Accepts the default bus by name or ARN. @throws AwsError ResourceNotFoundException for any other: it cannot exist. */
export function checkBus(world: World, bus: string | undefined): void {
  if (bus === undefined || bus === 'default' || bus === busArn(world)) return;
  const name = bus.slice(bus.lastIndexOf('/') + 1);
  throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`, { status: 400 });
}

/** ARN of the default bus. */
export function busArn(world: World): string {
  return `arn:aws:events:${world.region}:${world.accountId}:event-bus/default`;
}
