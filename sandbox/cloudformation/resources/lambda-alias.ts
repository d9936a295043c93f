import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import { resourceType, type ResourceContext, type ResourceState } from '../resource/resource-type.ts';
import { listOf, number, object, text, type ValueOf } from '../resource/shape.ts';
import { functionReference } from './function-arn.ts';
import { provision } from './lambda-version.ts';

const properties = object(
  {
    FunctionName: text,
    FunctionVersion: text,
    Name: text,
    Description: text,
    RoutingConfig: object({
      AdditionalVersionWeights: listOf(
        object({ FunctionVersion: text, FunctionWeight: number }, ['FunctionVersion', 'FunctionWeight']),
      ),
    }),
    ProvisionedConcurrencyConfig: object({ ProvisionedConcurrentExecutions: number }, [
      'ProvisionedConcurrentExecutions',
    ]),
  },
  ['FunctionName', 'FunctionVersion', 'Name'],
);
type Properties = ValueOf<typeof properties>;

/**
 * `AWS::Lambda::Alias`. An update writes version and weights of the template, whatever they have become meanwhile;
 * nothing is written when the template's alias has not changed.
 */
export const alias = resourceType<typeof properties>({
  properties,
  nameProperty: 'Name',
  nameScope: ['FunctionName'],
  replacedBy: ['FunctionName', 'Name'],
  attributes: ['AliasArn'],
  create: async (wanted, context) => {
    const made = await context.call<AliasConfiguration>('Lambda', 'CreateAlias', {
      FunctionName: wanted.FunctionName,
      Name: wanted.Name,
      FunctionVersion: wanted.FunctionVersion,
      Description: wanted.Description,
      ...(wanted.RoutingConfig && { RoutingConfig: routing(wanted) }),
    });
    context.exists(made.AliasArn ?? '');
    await provisionAlias(context, wanted, {});
    return stateOf(made);
  },
  update: async (wanted, { properties: old }, context) => {
    const made = await context.call<AliasConfiguration>('Lambda', 'UpdateAlias', {
      FunctionName: wanted.FunctionName,
      Name: wanted.Name,
      FunctionVersion: wanted.FunctionVersion,
      Description: wanted.Description ?? '',
      RoutingConfig: routing(wanted),
    });
    await provisionAlias(context, wanted, old);
    return stateOf(made);
  },
  delete: async ({ physicalId }, context) => {
    const { FunctionName, Qualifier } = functionReference(physicalId);
    await context.call('Lambda', 'DeleteAlias', { FunctionName, Name: Qualifier });
  },
});

function stateOf(made: AliasConfiguration): ResourceState {
  const arn = made.AliasArn ?? '';
  return { physicalId: arn, attributes: { AliasArn: arn } };
}

/** An empty map clears the weights. */
function routing(wanted: Properties): object {
  const weights = wanted.RoutingConfig?.AdditionalVersionWeights ?? [];
  const entries = weights.map(({ FunctionVersion, FunctionWeight }) => [FunctionVersion ?? '', FunctionWeight]);
  return { AdditionalVersionWeights: Object.fromEntries(entries) as Record<string, number> };
}

async function provisionAlias(context: ResourceContext, wanted: Properties, old: Properties): Promise<void> {
  const { FunctionName = '', Name = '', ProvisionedConcurrencyConfig: settings } = wanted;
  if (settings) await provision(context, FunctionName, Name, settings);
  else if (old.ProvisionedConcurrencyConfig)
    await context.call('Lambda', 'DeleteProvisionedConcurrencyConfig', { FunctionName, Qualifier: Name });
}
