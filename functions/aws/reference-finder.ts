import {
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  paginateListAliases,
  paginateListEventSourceMappings,
  paginateListFunctionUrlConfigs,
  paginateListProvisionedConcurrencyConfigs,
  RemovePermissionCommand,
} from '@aws-sdk/client-lambda';
import type { Reference, ReferenceFinder } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';
import { lambdaClient } from './lambda-client.ts';

/** Finds what invokes or pins versions of a function. */
export function referenceFinder(host: Host): ReferenceFinder {
  const client = lambdaClient(host);
  return {
    async toVersions(name) {
      const found = await Promise.all([
        aliases(client, name),
        mappings(client, name),
        urls(client, name),
        provisioned(client, name),
      ]);
      return found.flat().filter(({ qualifier }) => qualifier !== undefined && /^\d+$/.test(qualifier));
    },
    async triggers(name) {
      const statements = await policyStatements(client, name, undefined);
      const permissions = statements.map((sid) => ({ qualifier: undefined, why: `permission ${sid}` }));
      return [...(await mappings(client, name)), ...(await urls(client, name)), ...permissions];
    },
    hasProvisionedConcurrency: (name, alias) => hasProvisionedConcurrency(client, name, alias),
    lockDown: (name, version) => lockDown(client, name, version),
  };
}

async function aliases(client: LambdaClient, FunctionName: string): Promise<Reference[]> {
  const found: Reference[] = [];
  for await (const page of paginateListAliases({ client }, { FunctionName })) {
    for (const { Name, FunctionVersion, RoutingConfig } of page.Aliases ?? []) {
      const versions = [FunctionVersion, ...Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {})];
      found.push(...versions.map((qualifier) => ({ qualifier, why: `alias ${Name} routes to it` })));
    }
  }
  return found;
}

/** Event source mappings follow the ARN that they name: a version, an alias or the bare function. */
async function mappings(client: LambdaClient, FunctionName: string): Promise<Reference[]> {
  const found: Reference[] = [];
  for await (const page of paginateListEventSourceMappings({ client }, { FunctionName })) {
    for (const { UUID, FunctionArn } of page.EventSourceMappings ?? []) {
      found.push({ qualifier: qualifierOf(FunctionArn), why: `event source mapping ${UUID}` });
    }
  }
  return found;
}

async function urls(client: LambdaClient, FunctionName: string): Promise<Reference[]> {
  const found: Reference[] = [];
  for await (const page of paginateListFunctionUrlConfigs({ client }, { FunctionName })) {
    for (const { FunctionArn, FunctionUrl } of page.FunctionUrlConfigs ?? []) {
      found.push({ qualifier: qualifierOf(FunctionArn), why: `function URL ${FunctionUrl}` });
    }
  }
  return found;
}

async function provisioned(client: LambdaClient, FunctionName: string): Promise<Reference[]> {
  const found: Reference[] = [];
  for await (const page of paginateListProvisionedConcurrencyConfigs({ client }, { FunctionName })) {
    for (const { FunctionArn } of page.ProvisionedConcurrencyConfigs ?? []) {
      found.push({ qualifier: qualifierOf(FunctionArn), why: 'provisioned concurrency' });
    }
  }
  return found;
}

async function hasProvisionedConcurrency(
  client: LambdaClient,
  FunctionName: string,
  Qualifier: string,
): Promise<boolean> {
  try {
    await client.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier }));
    return true;
  } catch (cause) {
    if (isNamed(cause, 'ProvisionedConcurrencyConfigNotFoundException', 'ResourceNotFoundException')) return false;
    throw cause;
  }
}

async function lockDown(client: LambdaClient, FunctionName: string, Qualifier: string): Promise<string[]> {
  const statements = await policyStatements(client, FunctionName, Qualifier);
  for (const StatementId of statements)
    await client.send(new RemovePermissionCommand({ FunctionName, Qualifier, StatementId }));
  return statements;
}

/** Ids of the statements on one qualifier's resource policy; the bare function's when there is no qualifier. */
async function policyStatements(
  client: LambdaClient,
  FunctionName: string,
  Qualifier: string | undefined,
): Promise<string[]> {
  try {
    const { Policy } = await client.send(new GetPolicyCommand({ FunctionName, ...(Qualifier && { Qualifier }) }));
    const { Statement = [] } = JSON.parse(Policy ?? '{}') as { Statement?: { Sid?: string }[] };
    return Statement.flatMap(({ Sid }) => (Sid === undefined ? [] : [Sid]));
  } catch (cause) {
    if (isNamed(cause, 'ResourceNotFoundException')) return [];
    throw cause;
  }
}

/** `arn:aws:lambda:us-east-1:123456789012:function:orders:7` → `7`. */
function qualifierOf(arn: string | undefined): string | undefined {
  return arn?.split(':')[7];
}
