import type { Need } from '../../core/service.ts';

/** Handing a role to EventBridge needs `iam:PassRole` on it. */
export function passRole(roleArns: readonly (string | undefined)[]): readonly Need[] {
  const context = { 'iam:PassedToService': 'events.amazonaws.com' };
  return roleArns.flatMap((arn) => (arn === undefined ? [] : [{ action: 'iam:PassRole', resource: arn, context }]));
}
