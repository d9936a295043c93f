import type { Service } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { listSecretsOperation } from './list-secrets.ts';
import { getRandomPasswordOperation } from './random-password.ts';
import { policyOperations } from './secret-policies.ts';
import { valueOperations } from './secret-values.ts';
import { secretOperations } from './secrets.ts';
import type { SecretsState } from './state.ts';

/** Secrets Manager without rotation and replication, which are refused by name. */
export function createSecretsManager(world: World): { service: Service } {
  const state: SecretsState = { world, secrets: world.storage.collection('secretsmanager.secrets') };
  const operations = {
    ...secretOperations(state),
    ...valueOperations(state),
    ...policyOperations(state),
    ListSecrets: listSecretsOperation(state),
    GetRandomPassword: getRandomPasswordOperation(state),
  };
  return { service: { id: 'Secrets Manager', sdk: () => import('@aws-sdk/client-secrets-manager'), operations } };
}
