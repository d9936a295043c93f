import type { Connection } from './connection.ts';

/** A function's policy as it is stored. */
export interface StoredPolicy {
  readonly function: string;
  /** Name of the parameter. */
  readonly name: string;
  readonly text: string;
}

/** Parameter Store's limit for a standard parameter, in characters; beyond it a parameter costs money. */
const STANDARD_TIER_CHARACTERS = 4096;

/** Policies of all functions, by name. */
export async function listPolicies(connection: Connection): Promise<StoredPolicy[]> {
  const { paginateGetParametersByPath, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(connection.clientConfig);
  const { PolicyPrefix } = await connection.outputs();
  const found: StoredPolicy[] = [];
  for await (const { Parameters = [] } of paginateGetParametersByPath({ client }, { Path: PolicyPrefix }))
    for (const { Name = '', Value = '' } of Parameters)
      found.push({ function: Name.slice(PolicyPrefix.length + 1), name: Name, text: Value });
  return found.sort((a, b) => (a.function < b.function ? -1 : 1));
}

/** One function's policy; `undefined` when it has none. */
export async function readPolicy(connection: Connection, functionName: string): Promise<StoredPolicy | undefined> {
  const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(connection.clientConfig);
  const name = await nameOf(connection, functionName);
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    return { function: functionName, name, text: Parameter?.Value ?? '' };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ParameterNotFound') return undefined;
    throw cause;
  }
}

/** Stores a policy; returns the parameter's name and version. The text has been checked already. */
export async function writePolicy(
  connection: Connection,
  functionName: string,
  text: string,
): Promise<{ name: string; version: number }> {
  const { PutParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm');
  const client = new SSMClient(connection.clientConfig);
  const Name = await nameOf(connection, functionName);
  const Value = text.length > STANDARD_TIER_CHARACTERS ? JSON.stringify(JSON.parse(text)) : text;
  const { Version } = await client.send(
    new PutParameterCommand({
      Name,
      Value,
      Type: 'String',
      Overwrite: true,
      ...(Value.length > STANDARD_TIER_CHARACTERS && { Tier: 'Advanced' }),
    }),
  );
  return { name: Name, version: Version ?? 1 };
}

async function nameOf(connection: Connection, functionName: string): Promise<string> {
  return `${(await connection.outputs()).PolicyPrefix}/${functionName}`;
}
