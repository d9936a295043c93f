import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { number, object, text, type ValueOf } from '../resource/shape.ts';

const destination = object({ Destination: text }, ['Destination']);
const properties = object(
  {
    FunctionName: text,
    Qualifier: text,
    MaximumEventAgeInSeconds: number,
    MaximumRetryAttempts: number,
    DestinationConfig: object({ OnFailure: destination, OnSuccess: destination }),
  },
  ['FunctionName', 'Qualifier'],
);

/** `AWS::Lambda::EventInvokeConfig`. */
export const eventInvokeConfig = resourceType<typeof properties>({
  properties,
  replacedBy: ['FunctionName', 'Qualifier'],
  attributes: [],
  create: async (wanted, context) => {
    await put(context, wanted);
    return { physicalId: context.generatedName(128), attributes: {} };
  },
  update: async (wanted, { physicalId }, context) => {
    await put(context, wanted);
    return { physicalId, attributes: {} };
  },
  delete: async ({ properties: { FunctionName, Qualifier } }, context) => {
    await context.call('Lambda', 'DeleteFunctionEventInvokeConfig', { FunctionName, Qualifier });
  },
});

async function put(context: ResourceContext, wanted: ValueOf<typeof properties>): Promise<void> {
  await context.call('Lambda', 'PutFunctionEventInvokeConfig', wanted);
}
