import type { Service } from '../core/service.ts';
import type { Authorizer, World } from '../core/world.ts';
import { createAuthorizer } from './authorizer.ts';
import { managedPolicyOperations } from './operations/managed-policies.ts';
import { policyVersionOperations } from './operations/policy-versions.ts';
import { rolePolicyOperations } from './operations/role-policies.ts';
import { roleSettingOperations } from './operations/role-settings.ts';
import { roleOperations } from './operations/roles.ts';
import { createRolePolicies } from './role-policies.ts';
import { iamState } from './state.ts';
import { createUsageRecord, type RoleUsage } from './usage.ts';

/** IAM of one account: the service, the authorizer that all other services ask, and the record of what was used. */
export interface Iam {
  readonly service: Service;
  readonly authorizer: Authorizer;
  /** For every role, which granted statements were used since the start, and for what. */
  usage(): readonly RoleUsage[];
}

/** Creates IAM on the world's storage. */
export function createIam(world: World): Iam {
  const state = iamState(world);
  const policies = createRolePolicies(state);
  const usage = createUsageRecord(state, policies);
  const service: Service = {
    id: 'IAM',
    sdk: () => import('@aws-sdk/client-iam'),
    operations: {
      ...roleOperations(state),
      ...rolePolicyOperations(state),
      ...roleSettingOperations(state),
      ...managedPolicyOperations(state),
      ...policyVersionOperations(state),
    },
  };
  return { service, authorizer: createAuthorizer({ world, state, policies, usage }), usage: () => usage.report() };
}
