import {
  AddPermissionCommand,
  type EventSourceMappingConfiguration,
  GetEventSourceMappingCommand,
  GetPolicyCommand,
  GetProvisionedConcurrencyConfigCommand,
  type LambdaClient,
  paginateListAliases,
  paginateListEventSourceMappings,
  paginateListFunctionUrlConfigs,
  paginateListProvisionedConcurrencyConfigs,
  RemovePermissionCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { PolicyStatement } from '../../domain/journal/change.ts';
import type { Conflict, EventSource, Reference, ReferenceFinder } from '../ports.ts';
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
        mappingReferences(client, name),
        urls(client, name),
        provisioned(client, name),
      ]);
      return found.flat().filter(({ qualifier }) => qualifier !== undefined && /^\d+$/.test(qualifier));
    },
    async triggers(name) {
      const statements = await policyStatements(client, name, undefined);
      const permissions = statements.map(({ Sid }) => ({ qualifier: undefined, why: `permission ${Sid}` }));
      return [...(await mappingReferences(client, name)), ...(await urls(client, name)), ...permissions];
    },
    provisionedConcurrency: (name, alias) => provisionedConcurrency(client, name, alias),
    mappings: (name) => mappings(client, name),
    mapping: (uuid) => mapping(client, uuid),
    pointMapping: (uuid, functionArn) => pointMapping(client, uuid, functionArn),
    policy: (name, version) => policyStatements(client, name, version),
    async allow(FunctionName, Qualifier, permission) {
      await client.send(new AddPermissionCommand({ FunctionName, Qualifier, ...permission }));
    },
    disallow: (name, version, statement) => disallow(client, name, version, statement),
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

/**
 * Event source mappings follow the ARN that they name: a version, an alias or the bare function. All of the account are
 * listed, a hundred a call: asked by the function's name, Lambda does not promise those that name a version of it.
 * Source: Lambda API reference, ListEventSourceMappings, whose FunctionName may be a version's or an alias's ARN.
 */
async function mappings(client: LambdaClient, name: string): Promise<EventSource[]> {
  const found: EventSource[] = [];
  for await (const page of paginateListEventSourceMappings({ client, pageSize: 100 }, {})) {
    const living = (page.EventSourceMappings ?? []).filter(({ State }) => State !== 'Deleting');
    found.push(...living.filter(({ FunctionArn }) => FunctionArn?.split(':')[6] === name).map(eventSource));
  }
  return found;
}

async function mapping(client: LambdaClient, UUID: string): Promise<EventSource | undefined> {
  try {
    return eventSource(await client.send(new GetEventSourceMappingCommand({ UUID })));
  } catch (cause) {
    if (isNamed(cause, 'ResourceNotFoundException')) return undefined;
    throw cause;
  }
}

function eventSource({ UUID = '', FunctionArn = '', EventSourceArn }: EventSourceMappingConfiguration): EventSource {
  const source = EventSourceArn ?? 'a self-managed source';
  return { uuid: UUID, qualifier: qualifierOf(FunctionArn), functionArn: FunctionArn, source };
}

/** A mapping that is created, updated or deleted at the moment cannot be updated. */
async function pointMapping(client: LambdaClient, UUID: string, FunctionName: string): Promise<void | Conflict> {
  try {
    await client.send(new UpdateEventSourceMappingCommand({ UUID, FunctionName }));
  } catch (cause) {
    if (isNamed(cause, 'ResourceInUseException')) return { conflict: true };
    throw cause;
  }
}

async function mappingReferences(client: LambdaClient, name: string): Promise<Reference[]> {
  const found = await mappings(client, name);
  return found.map(({ uuid, qualifier }) => ({ qualifier, why: `event source mapping ${uuid}`, mapping: uuid }));
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

async function provisionedConcurrency(
  client: LambdaClient,
  FunctionName: string,
  Qualifier: string,
): Promise<number | undefined> {
  try {
    const command = new GetProvisionedConcurrencyConfigCommand({ FunctionName, Qualifier });
    return (await client.send(command)).RequestedProvisionedConcurrentExecutions;
  } catch (cause) {
    if (isNamed(cause, 'ProvisionedConcurrencyConfigNotFoundException', 'ResourceNotFoundException')) return undefined;
    throw cause;
  }
}

async function disallow(client: LambdaClient, name: string, Qualifier: string, StatementId: string): Promise<void> {
  try {
    await client.send(new RemovePermissionCommand({ FunctionName: name, Qualifier, StatementId }));
  } catch (cause) {
    if (!isNamed(cause, 'ResourceNotFoundException')) throw cause;
  }
}

/** The statements on one qualifier's resource policy; the bare function's when there is no qualifier. */
async function policyStatements(
  client: LambdaClient,
  FunctionName: string,
  Qualifier: string | undefined,
): Promise<PolicyStatement[]> {
  try {
    const { Policy } = await client.send(new GetPolicyCommand({ FunctionName, ...(Qualifier && { Qualifier }) }));
    const { Statement = [] } = JSON.parse(Policy ?? '{}') as { Statement?: Partial<PolicyStatement>[] };
    return Statement.filter((one): one is PolicyStatement => one.Sid !== undefined);
  } catch (cause) {
    if (isNamed(cause, 'ResourceNotFoundException')) return [];
    throw cause;
  }
}

/** `arn:aws:lambda:us-east-1:123456789012:function:orders:7` → `7`. */
function qualifierOf(arn: string | undefined): string | undefined {
  return arn?.split(':')[7];
}
