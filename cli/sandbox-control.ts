import type { RoleUsage } from '../sandbox/iam/usage.ts';
import type { Connection } from './connection.ts';
import { Failure } from './failure.ts';

/**
 * Which granted permissions were used since the sandbox started, and what was refused.
 * @throws Failure on AWS: only the sandbox keeps such a record.
 */
export async function readPermissions(connection: Connection): Promise<readonly RoleUsage[]> {
  const endpoint = connection.target.kind === 'sandbox' ? connection.clientConfig.endpoint : undefined;
  if (endpoint === undefined)
    throw new Failure(
      'doctor --permissions is a sandbox command: only a sandbox sees every check. Run the pipeline in `weighbridge ' +
        'sandbox`; on AWS, ask IAM Access Analyzer for unused access',
    );
  return ((await control(endpoint, 'permissions')) as { roles: readonly RoleUsage[] }).roles;
}

/** The target's time, in milliseconds since the epoch: a sandbox's clock may be far ahead of the machine's. */
export async function nowOf({ target, clientConfig }: Connection): Promise<number> {
  if (target.kind === 'aws' || clientConfig.endpoint === undefined) return Date.now();
  return Date.parse(((await control(clientConfig.endpoint, 'health')) as { now: string }).now);
}

async function control(endpoint: string, name: string): Promise<unknown> {
  const url = `${endpoint}/_weighbridge/${name}`;
  const response = await fetch(url).catch((cause: unknown) => {
    throw new Failure(`nothing answers at ${endpoint}: is the sandbox running?`, { cause });
  });
  if (response.ok) return response.json();
  throw new Failure(`${url} answered ${response.status}: is it a Weighbridge sandbox of this version?`);
}
