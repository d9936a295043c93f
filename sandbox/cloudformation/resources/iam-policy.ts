import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { json, listOf, object, text, type ValueOf } from '../resource/shape.ts';
import { jsonText } from './json-text.ts';

const properties = object({ PolicyName: text, PolicyDocument: json, Roles: listOf(text) }, [
  'PolicyName',
  'PolicyDocument',
]);
type Properties = ValueOf<typeof properties>;

/** `AWS::IAM::Policy`: the same inline policy in some roles. Users and groups do not exist here. */
export const policy = resourceType<typeof properties>({
  properties,
  replacedBy: ['PolicyName'],
  attributes: ['Id'],
  create: async (wanted, context) => {
    const physicalId = context.generatedName(128);
    context.exists(physicalId);
    await put(context, wanted);
    return { physicalId, attributes: { Id: physicalId } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    const gone = (old.Roles ?? []).filter((role) => !wanted.Roles?.includes(role));
    await remove(context, old, gone);
    await put(context, wanted);
    return { physicalId, attributes };
  },
  delete: ({ properties: old }, context) => remove(context, old, old.Roles ?? []),
});

async function put(context: ResourceContext, wanted: Properties): Promise<void> {
  for (const RoleName of wanted.Roles ?? [])
    await context.call('IAM', 'PutRolePolicy', {
      RoleName,
      PolicyName: wanted.PolicyName,
      PolicyDocument: jsonText(wanted.PolicyDocument),
    });
}

/** A role that is gone has taken its inline policies with it. */
async function remove(context: ResourceContext, old: Properties, roles: readonly string[]): Promise<void> {
  for (const RoleName of roles)
    await context.call('IAM', 'DeleteRolePolicy', { RoleName, PolicyName: old.PolicyName }).catch((error: unknown) => {
      if (!(error instanceof Error) || !error.name.startsWith('NoSuchEntity')) throw error;
    });
}
