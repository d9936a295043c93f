import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type FunctionConfiguration,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { zipOf } from '../../sandbox/lambda/support/lambda-world.ts';
import type { Target } from './target.ts';
import { until } from './until.ts';

/** A function of the suite's own, removed afterwards with all its versions and aliases. */
export interface AFunction {
  readonly name: string;
  settled(): Promise<FunctionConfiguration>;
  /** Publishes code that answers `value`; its version number. */
  publish(value: number): Promise<string>;
  configure(input: { readonly Description?: string; readonly Timeout?: number }): Promise<FunctionConfiguration>;
}

export async function aFunction(target: Target, lambda: LambdaClient): Promise<AFunction> {
  const FunctionName = target.nameOf('fn');
  target.afterwards(`function ${FunctionName}`, () => lambda.send(new DeleteFunctionCommand({ FunctionName })));
  await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role: target.roleArn,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: await codeOf(0) },
    }),
  );
  const settled = () =>
    until(
      target,
      () => lambda.send(new GetFunctionConfigurationCommand({ FunctionName })),
      ({ State, LastUpdateStatus }) => State === 'Active' && LastUpdateStatus === 'Successful',
    );
  await settled();
  return {
    name: FunctionName,
    settled,
    async publish(value) {
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: await codeOf(value) }));
      await settled();
      return (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version ?? '';
    },
    configure: (input) => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...input })),
  };
}

function codeOf(value: number): Promise<Uint8Array> {
  return zipOf({ 'index.js': `exports.handler = async () => ${value};` });
}
