import type { FunctionConfiguration, ProvisionedConcurrencyStatusEnum } from '@aws-sdk/client-lambda';
import { resourceType, type ResourceContext } from '../resource/resource-type.ts';
import { number, object, text } from '../resource/shape.ts';
import { functionReference } from './function-arn.ts';

const properties = object(
  {
    FunctionName: text,
    CodeSha256: text,
    Description: text,
    ProvisionedConcurrencyConfig: object({ ProvisionedConcurrentExecutions: number }, [
      'ProvisionedConcurrentExecutions',
    ]),
  },
  ['FunctionName'],
);

/** `AWS::Lambda::Version`. A version never changes. */
export const version = resourceType<typeof properties>({
  properties,
  replacedBy: 'all',
  attributes: ['FunctionArn', 'Version'],
  create: async (wanted, context) => {
    const { FunctionName, CodeSha256, Description } = wanted;
    const before = await publishedVersions(context, FunctionName);
    const made = await context.call<FunctionConfiguration>('Lambda', 'PublishVersion', {
      FunctionName,
      CodeSha256,
      Description,
    });
    const number = made.Version ?? '';
    if (before.has(number))
      throw new Error(
        `A version for this Lambda function exists ( ${number} ). Modify the function to create a new version.`,
      );
    context.exists(made.FunctionArn ?? '');
    await active(context, FunctionName ?? '', number);
    if (wanted.ProvisionedConcurrencyConfig)
      await provision(context, FunctionName ?? '', number, wanted.ProvisionedConcurrencyConfig);
    const arn = made.FunctionArn ?? '';
    return { physicalId: arn, attributes: { FunctionArn: arn, Version: number } };
  },
  delete: async ({ physicalId }, context) => {
    const { FunctionName, Qualifier } = functionReference(physicalId);
    // Without a qualifier this would delete the whole function.
    if (Qualifier === undefined) throw new Error(`${physicalId} names no version`);
    await context.call('Lambda', 'DeleteFunction', { FunctionName, Qualifier });
  },
});

async function publishedVersions(
  context: ResourceContext,
  FunctionName: string | undefined,
): Promise<ReadonlySet<string>> {
  type Page = { Versions?: FunctionConfiguration[]; NextMarker?: string };
  const found = new Set<string>();
  let Marker: string | undefined;
  do {
    const page: Page = await context.call<Page>('Lambda', 'ListVersionsByFunction', { FunctionName, Marker });
    for (const each of page.Versions ?? []) found.add(each.Version ?? '');
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return found;
}

async function active(context: ResourceContext, FunctionName: string, Qualifier: string): Promise<void> {
  await context.until(`version ${Qualifier} of ${FunctionName}`, async () => {
    const { Configuration: now } = await context.call<{ Configuration: FunctionConfiguration }>(
      'Lambda',
      'GetFunction',
      { FunctionName, Qualifier },
    );
    if (now.State === 'Failed') throw new Error(now.StateReason ?? `version ${Qualifier} failed`);
    return now.State !== 'Pending';
  });
}

/** Gives a version or an alias provisioned concurrency, and waits until it is there. */
export async function provision(
  context: ResourceContext,
  FunctionName: string,
  Qualifier: string,
  wanted: { readonly ProvisionedConcurrentExecutions?: number | undefined },
): Promise<void> {
  const target = { FunctionName, Qualifier };
  await context.call('Lambda', 'PutProvisionedConcurrencyConfig', { ...target, ...wanted });
  await context.until(`provisioned concurrency of ${Qualifier}`, async () => {
    type Answer = { Status?: ProvisionedConcurrencyStatusEnum; StatusReason?: string };
    const now = await context.call<Answer>('Lambda', 'GetProvisionedConcurrencyConfig', target);
    if (now.Status === 'FAILED') throw new Error(now.StatusReason ?? 'provisioned concurrency failed');
    return now.Status === 'READY';
  });
}
