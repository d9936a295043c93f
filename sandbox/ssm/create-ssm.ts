import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { readOperations } from './get-parameters.ts';
import { manageOperations } from './manage-parameters.ts';
import { putParameterOperation } from './put-parameter.ts';
import type { SsmState } from './state.ts';

/** Systems Manager, of which only Parameter Store is played. */
export function createSsm(world: World): { service: Service } {
  const state: SsmState = { world, parameters: world.storage.collection('ssm.parameters') };
  const operations = {
    PutParameter: putParameterOperation(state),
    ...readOperations(state),
    ...manageOperations(state),
  };
  return { service: { id: 'SSM', sdk: () => import('@aws-sdk/client-ssm'), operations } };
}
