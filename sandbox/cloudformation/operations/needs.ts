import type { Need } from '../../core/service.ts';
import type { World } from '../../core/world.ts';
import { findStack, type CloudFormationState } from '../stack/state.ts';

/** What a caller needs to do `action` on a stack; a stack that does not exist is named with a wildcard id. */
export function stackNeeds(
  state: CloudFormationState,
  world: World,
  action: string,
  stackName: string | undefined,
): readonly Need[] {
  const name = stackName ?? '*';
  const known = findStack(state, name)?.stackId;
  const resource = known ?? `arn:aws:cloudformation:${world.region}:${world.accountId}:stack/${name}/*`;
  return [{ action: `cloudformation:${action}`, resource }];
}
