import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { flag, json, listOf, mapOf, object, oneOf, tagList, text, type ValueOf } from '../resource/shape.ts';

const properties = object(
  {
    StateMachineName: text,
    StateMachineType: oneOf('STANDARD', 'EXPRESS'),
    Definition: json,
    DefinitionString: text,
    DefinitionS3Location: object({ Bucket: text, Key: text, Version: text }, ['Bucket', 'Key']),
    DefinitionSubstitutions: mapOf(text),
    RoleArn: text,
    LoggingConfiguration: object({
      Destinations: listOf(object({ CloudWatchLogsLogGroup: object({ LogGroupArn: text }) })),
      IncludeExecutionData: flag,
      Level: text,
    }),
    TracingConfiguration: object({ Enabled: flag }),
    Tags: tagList,
  },
  ['RoleArn'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::StepFunctions::StateMachine`. */
export const stateMachine = resourceType<typeof properties>({
  properties,
  nameProperty: 'StateMachineName',
  replacedBy: ['StateMachineName', 'StateMachineType'],
  attributes: ['Arn', 'Name'],
  create: async (wanted, context) => {
    const name = wanted.StateMachineName ?? generatedName(context);
    const { stateMachineArn } = await context.call<{ stateMachineArn: string }>('SFN', 'CreateStateMachine', {
      name,
      type: wanted.StateMachineType,
      tags: wanted.Tags?.map(({ Key, Value }) => ({ key: Key, value: Value })),
      ...(await settings(context, wanted)),
    });
    return { physicalId: stateMachineArn, attributes: { Arn: stateMachineArn, Name: name } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    const changed = await settings(context, wanted);
    await context.call('SFN', 'UpdateStateMachine', { stateMachineArn: physicalId, ...changed });
    await updateTags(context, physicalId, wanted, old);
    return { physicalId, attributes } satisfies ResourceState;
  },
  delete: async ({ physicalId }, context) => {
    await context.call('SFN', 'DeleteStateMachine', { stateMachineArn: physicalId });
  },
});

/** State machines are named after their logical id alone. */
function generatedName({ logicalId, suffix }: ResourceContext): string {
  return `${logicalId.slice(0, 80 - suffix.length - 1)}-${suffix}`;
}

async function settings(context: ResourceContext, wanted: Properties): Promise<object> {
  return {
    definition: substitute(await definition(context, wanted), wanted.DefinitionSubstitutions ?? {}),
    roleArn: wanted.RoleArn,
    loggingConfiguration: logging(wanted),
    tracingConfiguration: { enabled: wanted.TracingConfiguration?.Enabled ?? false },
  };
}

async function definition(context: ResourceContext, wanted: Properties): Promise<string> {
  if (wanted.DefinitionString !== undefined) return wanted.DefinitionString;
  if (wanted.Definition !== undefined) return JSON.stringify(wanted.Definition);
  if (!wanted.DefinitionS3Location)
    throw new Error('one of Definition, DefinitionString, DefinitionS3Location is needed');
  const { Bucket, Key, Version } = wanted.DefinitionS3Location;
  const found = await context.call<{ Body: Uint8Array }>('S3', 'GetObject', { Bucket, Key, VersionId: Version });
  return Buffer.from(found.Body).toString('utf8');
}

/** Every `${name}` in the definition that the template names; others stay as they are. */
function substitute(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([^}]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function logging({ LoggingConfiguration: wanted }: Properties): object {
  return {
    level: wanted?.Level ?? 'OFF',
    includeExecutionData: wanted?.IncludeExecutionData ?? false,
    ...(wanted?.Destinations && {
      destinations: wanted.Destinations.map(({ CloudWatchLogsLogGroup: group }) => ({
        cloudWatchLogsLogGroup: { logGroupArn: group?.LogGroupArn },
      })),
    }),
  };
}

async function updateTags(
  context: ResourceContext,
  resourceArn: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const tags = (wanted.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value }));
  const tagKeys = (old.Tags ?? []).map((tag) => tag.Key).filter((key) => !tags.some((tag) => tag.key === key));
  if (tagKeys.length > 0) await context.call('SFN', 'UntagResource', { resourceArn, tagKeys });
  if (tags.length > 0) await context.call('SFN', 'TagResource', { resourceArn, tags });
}
