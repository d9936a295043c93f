import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { mapOf, object, oneOf, text, type ValueOf } from '../resource/shape.ts';

const properties = object(
  {
    Name: text,
    Type: oneOf('String', 'StringList'),
    Value: text,
    Description: text,
    AllowedPattern: text,
    DataType: text,
    Tier: text,
    Tags: mapOf(text),
  },
  ['Type', 'Value'],
);
type Properties = ValueOf<typeof properties>;

/** `AWS::SSM::Parameter`. */
export const parameter = resourceType<typeof properties>({
  properties,
  nameProperty: 'Name',
  replacedBy: ['Name'],
  attributes: ['Type', 'Value'],
  create: async (wanted, context) => {
    const name = wanted.Name ?? `CFN-${context.logicalId}-${context.suffix}`;
    await put(context, name, wanted, { Tags: tags(wanted) });
    return stateOf(name, wanted);
  },
  update: async (wanted, { physicalId, properties: old }, context) => {
    await put(context, physicalId, wanted, { Overwrite: true });
    await updateTags(context, physicalId, wanted, old);
    return stateOf(physicalId, wanted);
  },
  delete: async ({ physicalId }, context) => {
    await context.call('SSM', 'DeleteParameter', { Name: physicalId });
  },
});

function stateOf(name: string, wanted: Properties): ResourceState {
  return { physicalId: name, attributes: { Type: wanted.Type ?? '', Value: wanted.Value ?? '' } };
}

/** Tags cannot be given together with `Overwrite`. */
async function put(context: ResourceContext, Name: string, wanted: Properties, rest: object): Promise<void> {
  const { Type, Value, Description, AllowedPattern, DataType, Tier } = wanted;
  await context.call('SSM', 'PutParameter', {
    Name,
    Type,
    Value,
    Description,
    AllowedPattern,
    DataType,
    Tier,
    ...rest,
  });
}

function tags(wanted: Properties): { Key: string; Value: string }[] | undefined {
  return wanted.Tags && Object.entries(wanted.Tags).map(([Key, Value]) => ({ Key, Value }));
}

async function updateTags(
  context: ResourceContext,
  ResourceId: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const ResourceType = 'Parameter';
  const gone = Object.keys(old.Tags ?? {}).filter((key) => !(key in (wanted.Tags ?? {})));
  if (gone.length > 0) await context.call('SSM', 'RemoveTagsFromResource', { ResourceType, ResourceId, TagKeys: gone });
  if (wanted.Tags) await context.call('SSM', 'AddTagsToResource', { ResourceType, ResourceId, Tags: tags(wanted) });
}
