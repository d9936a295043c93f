import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SecretChecker } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Looks whether secrets exist; never reads their values. */
export function secretChecker(host: Host): SecretChecker {
  const client = new SecretsManagerClient(host.sdk);
  return {
    async exists(SecretId) {
      try {
        const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId }));
        return DeletedDate === undefined;
      } catch (cause) {
        if (isNamed(cause, 'ResourceNotFoundException')) return false;
        throw cause;
      }
    },
  };
}

/** The value of one secret as text. */
export async function secretText(host: Host, SecretId: string): Promise<string> {
  const client = new SecretsManagerClient(host.sdk);
  return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString ?? '';
}
