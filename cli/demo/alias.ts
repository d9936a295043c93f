import { GetAliasCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describeRouting } from '../../domain/routing.ts';
import { EXAMPLE_FUNCTION, type LocalSandbox } from '../local-sandbox.ts';

/** An alias as it is read back from the endpoint. */
export interface AliasReading {
  /** The version that it serves alone, if it does. */
  readonly version: string | undefined;
  readonly words: string;
}

/** Reads the example's production alias with the SDK. */
export async function readAlias({ sandbox }: LocalSandbox): Promise<AliasReading> {
  const client = new LambdaClient(sandbox.clientConfig);
  try {
    const alias = await client.send(new GetAliasCommand({ FunctionName: EXAMPLE_FUNCTION, Name: 'production' }));
    const weights = alias.RoutingConfig?.AdditionalVersionWeights ?? {};
    const version = alias.FunctionVersion ?? '?';
    const alone = Object.keys(weights).length === 0;
    return { version: alone ? version : undefined, words: describeRouting({ version, weights }) };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException')
      return { version: undefined, words: 'none' };
    throw cause;
  }
}
