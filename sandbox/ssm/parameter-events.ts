import type { Parameter } from './model.ts';
import { newest, parameterArn, type SsmState } from './state.ts';

/** Tells EventBridge of a change, as Parameter Store does for every parameter. */
export function publishChange(state: SsmState, parameter: Parameter, change: 'Create' | 'Update' | 'Delete'): void {
  const { type, description } = newest(parameter);
  state.world.channels.publish({
    source: 'aws.ssm',
    detailType: 'Parameter Store Change',
    resources: [parameterArn(state.world, parameter.name)],
    at: state.world.clock.now(),
    detail: { operation: change, name: parameter.name, type, ...(description && { description }) },
  });
}
