import type { CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import { resourceType, type ResourceState } from '../resource/resource-type.ts';
import { flag, listOf, number, object, oneOf, text, type ValueOf } from '../resource/shape.ts';
import { functionReference } from './function-arn.ts';

const properties = object(
  {
    TargetFunctionArn: text,
    Qualifier: text,
    AuthType: oneOf('AWS_IAM', 'NONE'),
    InvokeMode: text,
    Cors: object({
      AllowCredentials: flag,
      AllowHeaders: listOf(text),
      AllowMethods: listOf(text),
      AllowOrigins: listOf(text),
      ExposeHeaders: listOf(text),
      MaxAge: number,
    }),
  },
  ['TargetFunctionArn', 'AuthType'],
);

/** `AWS::Lambda::Url`, as configuration. */
export const functionUrl = resourceType<typeof properties>({
  properties,
  replacedBy: ['TargetFunctionArn', 'Qualifier'],
  attributes: ['FunctionArn', 'FunctionUrl'],
  create: async (wanted, context) =>
    stateOf(
      await context.call<CreateFunctionUrlConfigResponse>('Lambda', 'CreateFunctionUrlConfig', {
        ...target(wanted),
        ...settings(wanted),
      }),
    ),
  update: async (wanted, _, context) =>
    stateOf(
      await context.call<CreateFunctionUrlConfigResponse>('Lambda', 'UpdateFunctionUrlConfig', {
        ...target(wanted),
        ...settings(wanted),
      }),
    ),
  delete: async ({ properties: old }, context) => {
    await context.call('Lambda', 'DeleteFunctionUrlConfig', target(old));
  },
});

function target({ TargetFunctionArn, Qualifier }: ValueOf<typeof properties>): object {
  return { ...functionReference(TargetFunctionArn), ...(Qualifier !== undefined && { Qualifier }) };
}

function settings({ AuthType, Cors, InvokeMode }: ValueOf<typeof properties>): object {
  return { AuthType, Cors, InvokeMode };
}

function stateOf({ FunctionArn = '', FunctionUrl = '' }: CreateFunctionUrlConfigResponse): ResourceState {
  return { physicalId: FunctionArn, attributes: { FunctionArn, FunctionUrl } };
}
