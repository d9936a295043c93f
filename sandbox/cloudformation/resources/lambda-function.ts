import type { FunctionConfiguration } from '@aws-sdk/client-lambda';
import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { listOf, mapOf, number, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';
import { inlineCodeZip } from './lambda-inline-code.ts';
import { tagRecord } from './tag-record.ts';

const properties = object(
  {
    FunctionName: text,
    Description: text,
    Code: object({ S3Bucket: text, S3Key: text, S3ObjectVersion: text, ZipFile: text }),
    Runtime: text,
    Handler: text,
    Role: text,
    PackageType: oneOf('Zip'),
    Architectures: listOf(text),
    Timeout: number,
    MemorySize: number,
    EphemeralStorage: object({ Size: number }, ['Size']),
    Environment: object({ Variables: mapOf(text) }),
    DeadLetterConfig: object({ TargetArn: text }),
    TracingConfig: object({ Mode: oneOf('Active', 'PassThrough') }),
    LoggingConfig: object({ LogFormat: text, LogGroup: text, ApplicationLogLevel: text, SystemLogLevel: text }),
    SnapStart: object({ ApplyOn: text }, ['ApplyOn']),
    ReservedConcurrentExecutions: number,
    Tags: tagList,
  },
  ['Code', 'Role'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::Lambda::Function` from a zip archive. */
export const lambdaFunction = resourceType<typeof properties>({
  properties,
  nameProperty: 'FunctionName',
  replacedBy: ['FunctionName', 'PackageType'],
  attributes: ['Arn'],
  create: async (wanted, context) => {
    const name = wanted.FunctionName ?? context.generatedName(64);
    const made = await context.call<FunctionConfiguration>('Lambda', 'CreateFunction', {
      FunctionName: name,
      Code: await code(wanted),
      PackageType: wanted.PackageType,
      Architectures: wanted.Architectures,
      Tags: tagRecord(wanted.Tags),
      ...configuration(wanted, {}),
    });
    context.exists(name);
    await ready(context, name);
    await reserve(context, name, wanted, {});
    return { physicalId: name, attributes: { Arn: made.FunctionArn ?? '' } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    await updateConfiguration(context, physicalId, wanted, old);
    await updateCode(context, physicalId, wanted, old);
    await reserve(context, physicalId, wanted, old);
    await updateTags(context, attributes['Arn'] ?? '', wanted, old);
    return { physicalId, attributes } satisfies ResourceState;
  },
  delete: async ({ physicalId }, context) => {
    await context.call('Lambda', 'DeleteFunction', { FunctionName: physicalId });
  },
});

async function code(wanted: Properties): Promise<object> {
  const { ZipFile, ...location } = wanted.Code ?? {};
  if (ZipFile === undefined) return location;
  return { ZipFile: await inlineCodeZip(ZipFile, wanted.Runtime ?? '') };
}

/** Settings, and for those that the template dropped what a new function has. */
function configuration(wanted: Properties, old: Properties): Record<string, unknown> {
  const dropped = <K extends keyof Properties>(name: K, value: unknown): unknown =>
    wanted[name] ?? (old[name] === undefined ? undefined : value);
  return {
    Description: dropped('Description', ''),
    Runtime: wanted.Runtime,
    Handler: wanted.Handler,
    Role: wanted.Role,
    Timeout: dropped('Timeout', 3),
    MemorySize: dropped('MemorySize', 128),
    EphemeralStorage: dropped('EphemeralStorage', { Size: 512 }),
    Environment: dropped('Environment', { Variables: {} }),
    DeadLetterConfig: dropped('DeadLetterConfig', { TargetArn: '' }),
    TracingConfig: dropped('TracingConfig', { Mode: 'PassThrough' }),
    LoggingConfig: dropped('LoggingConfig', { LogFormat: 'Text' }),
    SnapStart: dropped('SnapStart', { ApplyOn: 'None' }),
  };
}

async function ready(context: ResourceContext, FunctionName: string): Promise<void> {
  await context.until(`function ${FunctionName}`, async () => {
    const { Configuration: now } = await context.call<{ Configuration: FunctionConfiguration }>(
      'Lambda',
      'GetFunction',
      { FunctionName },
    );
    if (now.State === 'Failed') throw new Error(now.StateReason ?? `function ${FunctionName} failed`);
    if (now.LastUpdateStatus === 'Failed') throw new Error(now.LastUpdateStatusReason ?? `${FunctionName} failed`);
    return now.State !== 'Pending' && now.LastUpdateStatus !== 'InProgress';
  });
}

async function updateConfiguration(
  context: ResourceContext,
  FunctionName: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const settings = configuration(wanted, old);
  if (JSON.stringify(settings) === JSON.stringify(configuration(old, {}))) return;
  await context.call('Lambda', 'UpdateFunctionConfiguration', { FunctionName, ...settings });
  await ready(context, FunctionName);
}

async function updateCode(
  context: ResourceContext,
  FunctionName: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const relevant = ({ Code, Architectures }: Properties): string => JSON.stringify([Code, Architectures]);
  if (relevant(wanted) === relevant(old)) return;
  const { Architectures } = wanted;
  await context.call('Lambda', 'UpdateFunctionCode', { FunctionName, Architectures, ...(await code(wanted)) });
  await ready(context, FunctionName);
}

async function reserve(
  context: ResourceContext,
  FunctionName: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const ReservedConcurrentExecutions = wanted.ReservedConcurrentExecutions;
  if (ReservedConcurrentExecutions === old.ReservedConcurrentExecutions) return;
  if (ReservedConcurrentExecutions === undefined)
    await context.call('Lambda', 'DeleteFunctionConcurrency', { FunctionName });
  else await context.call('Lambda', 'PutFunctionConcurrency', { FunctionName, ReservedConcurrentExecutions });
}

async function updateTags(
  context: ResourceContext,
  Resource: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const tags = tagRecord(wanted.Tags);
  const gone = Object.keys(tagRecord(old.Tags) ?? {}).filter((key) => !(key in (tags ?? {})));
  if (gone.length > 0) await context.call('Lambda', 'UntagResource', { Resource, TagKeys: gone });
  if (tags) await context.call('Lambda', 'TagResource', { Resource, Tags: tags });
}
