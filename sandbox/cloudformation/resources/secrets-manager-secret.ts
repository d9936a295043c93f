import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { flag, number, object, tagList, text, type ValueOf } from '../resource/shape.ts';

const properties = object({
  Name: text,
  Description: text,
  SecretString: text,
  GenerateSecretString: object({
    SecretStringTemplate: text,
    GenerateStringKey: text,
    ExcludeCharacters: text,
    ExcludeLowercase: flag,
    ExcludeNumbers: flag,
    ExcludePunctuation: flag,
    ExcludeUppercase: flag,
    IncludeSpace: flag,
    PasswordLength: number,
    RequireEachIncludedType: flag,
  }),
  KmsKeyId: text,
  Tags: tagList,
});
type Properties = ValueOf<typeof properties>;

/** `AWS::SecretsManager::Secret`. */
export const secret = resourceType<typeof properties>({
  properties,
  nameProperty: 'Name',
  replacedBy: ['Name'],
  attributes: ['Id'],
  create: async (wanted, context) => {
    const { ARN } = await context.call<{ ARN: string }>('Secrets Manager', 'CreateSecret', {
      Name: wanted.Name ?? `${context.logicalId}-${context.suffix}`,
      Description: wanted.Description,
      KmsKeyId: wanted.KmsKeyId,
      SecretString: await secretString(context, wanted),
      Tags: wanted.Tags,
    });
    return { physicalId: ARN, attributes: { Id: ARN } };
  },
  update: async (wanted, { physicalId, attributes, properties: old }, context) => {
    await context.call('Secrets Manager', 'UpdateSecret', {
      SecretId: physicalId,
      Description: wanted.Description ?? '',
      KmsKeyId: wanted.KmsKeyId,
      ...(wantsNewValue(wanted, old) && { SecretString: await secretString(context, wanted) }),
    });
    await updateTags(context, physicalId, wanted, old);
    return { physicalId, attributes };
  },
  delete: async ({ physicalId }, context) => {
    await context.call('Secrets Manager', 'DeleteSecret', { SecretId: physicalId, ForceDeleteWithoutRecovery: true });
  },
});

function wantsNewValue(wanted: Properties, old: Properties): boolean {
  const generator = JSON.stringify(wanted.GenerateSecretString);
  return wanted.SecretString !== old.SecretString || generator !== JSON.stringify(old.GenerateSecretString);
}

/** A given value, or a generated password, alone or as a member of a JSON template. */
async function secretString(context: ResourceContext, wanted: Properties): Promise<string> {
  if (wanted.SecretString !== undefined) return wanted.SecretString;
  const { SecretStringTemplate, GenerateStringKey, ...rules } = wanted.GenerateSecretString ?? {};
  const made = await context.call<{ RandomPassword: string }>('Secrets Manager', 'GetRandomPassword', rules);
  if (SecretStringTemplate === undefined || GenerateStringKey === undefined) return made.RandomPassword;
  return JSON.stringify({ ...(JSON.parse(SecretStringTemplate) as object), [GenerateStringKey]: made.RandomPassword });
}

async function updateTags(
  context: ResourceContext,
  SecretId: string,
  wanted: Properties,
  old: Properties,
): Promise<void> {
  const gone = (old.Tags ?? []).map((tag) => tag.Key).filter((key) => !wanted.Tags?.some((tag) => tag.Key === key));
  if (gone.length > 0) await context.call('Secrets Manager', 'UntagResource', { SecretId, TagKeys: gone });
  if (wanted.Tags?.length) await context.call('Secrets Manager', 'TagResource', { SecretId, Tags: wanted.Tags });
}
