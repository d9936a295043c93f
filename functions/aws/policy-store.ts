import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { PolicyStore } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Policies in SSM Parameter Store, one JSON document for each function. */
export function policyStore(host: Host): PolicyStore {
  const client = new SSMClient(host.sdk);
  return {
    async read(functionName) {
      const name = `${host.setting('POLICY_PREFIX')}/${functionName}`;
      try {
        const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
        return { name, text: Parameter?.Value };
      } catch (cause) {
        if (isNamed(cause, 'ParameterNotFound')) return { name, text: undefined };
        throw cause;
      }
    },
  };
}
