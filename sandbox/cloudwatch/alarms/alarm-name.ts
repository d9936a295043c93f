import type { World } from '../../core/world.ts';

/** ARN of an alarm. */
export function alarmArn(world: World, name: string): string {
  return `arn:aws:cloudwatch:${world.region}:${world.accountId}:alarm:${name}`;
}

/** The name in an alarm's ARN. */
export function alarmNameOf(arn: string): string {
  return arn.split(':alarm:')[1] ?? arn;
}
