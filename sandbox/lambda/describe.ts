import { createHash } from 'node:crypto';
import type { AliasConfiguration, FunctionConfiguration, RuntimeVersionConfig } from '@aws-sdk/client-lambda';
import type { World } from '../core/world.ts';
import type { AliasRecord, VersionRecord } from './model.ts';
import { LATEST } from './model.ts';
import { functionArn } from './names.ts';

/** A version as Get, Create, Update and Publish answer. `qualifier` is what the answer's ARN ends in, if anything. */
export function describeVersion(
  world: World,
  record: VersionRecord,
  qualifier: string | undefined,
): FunctionConfiguration {
  return {
    ...describeListed(world, record, qualifier),
    ...runtimeVersion(world, record.configuration.Runtime),
    State: record.state,
    ...(record.stateReason && { StateReason: record.stateReason }),
    ...(record.stateReasonCode && { StateReasonCode: record.stateReasonCode as 'Creating' }),
    ...(record.lastUpdateStatus && { LastUpdateStatus: record.lastUpdateStatus }),
    ...(record.lastUpdateReason && { LastUpdateStatusReason: record.lastUpdateReason }),
    ...(record.lastUpdateReasonCode && { LastUpdateStatusReasonCode: record.lastUpdateReasonCode as 'InternalError' }),
  };
}

/** A version as lists show it: without its state. */
export function describeListed(
  world: World,
  record: VersionRecord,
  qualifier: string | undefined,
): FunctionConfiguration {
  const { Architectures, Runtime, ...configuration } = record.configuration;
  return {
    FunctionName: record.functionName,
    FunctionArn: functionArn(world, record.functionName, qualifier),
    ...configuration,
    ...(Runtime && { Runtime: Runtime as 'nodejs22.x' }),
    Architectures: [...Architectures],
    CodeSize: record.codeSize,
    CodeSha256: record.codeSha256,
    Description: record.description,
    LastModified: awsTime(record.lastModified),
    Version: record.version,
    RevisionId: record.revisionId,
    PackageType: 'Zip',
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
  };
}

/** An alias as all alias operations answer. */
export function describeAlias(world: World, alias: AliasRecord): AliasConfiguration {
  const weighted = Object.keys(alias.weights).length > 0;
  return {
    AliasArn: functionArn(world, alias.functionName, alias.name),
    Name: alias.name,
    FunctionVersion: alias.functionVersion,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(weighted && { RoutingConfig: { AdditionalVersionWeights: { ...alias.weights } } }),
  };
}

/** The suffix of the ARN that a lookup answers with: the qualifier as given, the version of a published one. */
export function shownQualifier(given: string | undefined, version: string): string | undefined {
  return given ?? (version === LATEST ? undefined : version);
}

/** Lambda's own time format, `2023-11-20T15:56:44.000+0000`. */
export function awsTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}

function runtimeVersion(world: World, runtime: string | undefined): { RuntimeVersionConfig?: RuntimeVersionConfig } {
  if (!runtime) return {};
  const id = createHash('sha256').update(runtime).digest('hex');
  return { RuntimeVersionConfig: { RuntimeVersionArn: `arn:aws:lambda:${world.region}::runtime:${id}` } };
}
