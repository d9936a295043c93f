import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { readOperations } from './operations/read.ts';
import { resourceOperations } from './operations/resources.ts';
import { writeOperations } from './operations/write.ts';
import { resumeInterrupted } from './stack/resume.ts';
import { cloudFormationState } from './stack/state.ts';

/** Creates CloudFormation: stacks from templates, made of the sandbox's other services. */
export function createCloudFormation(world: World): { service: Service } {
  const state = cloudFormationState(world);
  return {
    service: {
      id: 'CloudFormation',
      sdk: () => import('@aws-sdk/client-cloudformation'),
      operations: { ...readOperations(state), ...resourceOperations(state), ...writeOperations(state) },
      start: () => resumeInterrupted(world, state),
    },
  };
}
