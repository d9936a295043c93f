import { resourceType } from '../resource/resource-type.ts';
import { flag, object, text } from '../resource/shape.ts';
import { functionReference } from './function-arn.ts';

const properties = object(
  {
    Action: text,
    FunctionName: text,
    Principal: text,
    SourceArn: text,
    SourceAccount: text,
    EventSourceToken: text,
    FunctionUrlAuthType: text,
    InvokedViaFunctionUrl: flag,
    PrincipalOrgID: text,
  },
  ['Action', 'FunctionName', 'Principal'],
);

/** `AWS::Lambda::Permission`: one statement of the resource policy of a function, a version or an alias. */
export const permission = resourceType<typeof properties>({
  properties,
  replacedBy: 'all',
  attributes: ['Id'],
  create: async (wanted, context) => {
    const StatementId = context.generatedName(100);
    const { FunctionName, ...statement } = wanted;
    await context.call('Lambda', 'AddPermission', { ...functionReference(FunctionName), ...statement, StatementId });
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  delete: async ({ physicalId, properties: old }, context) => {
    const target = functionReference(old.FunctionName);
    await context.call('Lambda', 'RemovePermission', { ...target, StatementId: physicalId });
  },
});
