import { CloudFormationClient, CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from 'vitest';
import { createRateLimits } from '../../../sandbox/rate-limits/create-rate-limits.ts';
import { RATE_LIMITS } from '../../../sandbox/rate-limits/limits.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { inProcessHandler } from '../../../sandbox/wire/in-process-handler.ts';
import { createSandbox } from '../../../sandbox/sandbox.ts';
import type { ServiceId } from '../../../sandbox/core/service.ts';
import { echoWorld } from '../wire/support/echo-world.ts';

/** A world whose limits are enforced; `burst` says how many of `n` calls at one instant came through. */
function limited() {
  const { world } = echoWorld();
  const limits = createRateLimits(world);
  limits.enforce(true);
  const burst = async (n: number, service: ServiceId, operation: string | readonly string[]) => {
    const names = typeof operation === 'string' ? [operation] : operation;
    const calls = Array.from({ length: n }, (_, i) =>
      world.call(service, names[i % names.length] ?? '', {}, { kind: 'account' }).then(
        () => 1,
        () => 0,
      ),
    );
    return (await Promise.all(calls)).reduce<number>((sum, one) => sum + one, 0);
  };
  return { world, limits, burst };
}

/** A role and twenty functions: more than a second's worth of calls. */
const TEMPLATE = JSON.stringify({
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
        },
      },
    },
    ...Object.fromEntries(
      Array.from({ length: 20 }, (_, i) => [
        `F${i}`,
        {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: { ZipFile: 'exports.handler = () => 1;' },
            Handler: 'index.handler',
            Runtime: 'nodejs22.x',
            Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          },
        },
      ]),
    ),
  },
});

describe('the rate limits', () => {
  it.each([
    {
      name: 'all of the control plane shares 15 a second',
      service: 'Lambda',
      operation: ['GetAlias', 'UpdateAlias', 'PublishVersion'],
      through: 15,
    },
    { name: 'GetFunction has 100 of its own', service: 'Lambda', operation: 'GetFunction', through: 100 },
    { name: 'GetPolicy has 15 of its own', service: 'Lambda', operation: 'GetPolicy', through: 15 },
    { name: 'GetMetricData has 50', service: 'CloudWatch', operation: 'GetMetricData', through: 50 },
    { name: 'invocations do not count', service: 'Lambda', operation: 'Invoke', through: 300 },
    { name: 'other services are not limited', service: 'DynamoDB', operation: 'GetItem', through: 300 },
  ] as const)('$name', async ({ service, operation, through }) => {
    const { burst } = limited();
    expect(await burst(300, service, operation)).toBe(through);
  });

  it('keep each kind of request apart from the others', async () => {
    const { burst } = limited();
    await burst(50, 'Lambda', 'GetAlias');
    expect(await burst(50, 'Lambda', 'GetFunction')).toBe(50);
  });

  it('let in as many as have been earned since, and never more than a second earns', async () => {
    const { world, burst } = limited();
    await burst(20, 'Lambda', 'GetAlias');
    await world.clock.sleep(200);
    expect(await burst(20, 'Lambda', 'GetAlias')).toBe(3);
    await world.clock.sleep(60_000);
    expect(await burst(20, 'Lambda', 'GetAlias')).toBe(15);
  });

  it('refuse as Lambda does, before the call has an effect, and count it', async () => {
    const { world, limits, burst } = limited();
    const config = {
      region: 'us-east-1',
      endpoint: 'http://127.0.0.1',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'x' },
    };
    const client = new LambdaClient({
      ...config,
      maxAttempts: 1,
      requestHandler: inProcessHandler(createDispatcher(world)),
    });
    await burst(15, 'Lambda', 'GetAlias');
    const refused = client.send(new ListFunctionsCommand());
    await expect(refused).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate exceeded',
      Reason: 'CallerRateLimitExceeded',
      $metadata: { httpStatusCode: 429 },
    });
    await client.send(new GetFunctionCommand({ FunctionName: 'orders' }));
    expect(limits.refused()).toEqual({ [RATE_LIMITS[0]?.name ?? '']: 1 });
  });

  it('make CloudFormation wait, and no deployment fail', async () => {
    const sandbox = await createSandbox({ clock: { kind: 'virtual' }, rateLimits: true });
    const cloudFormation = new CloudFormationClient(sandbox.clientConfig);
    await cloudFormation.send(
      new CreateStackCommand({ StackName: 'many', TemplateBody: TEMPLATE, Capabilities: ['CAPABILITY_IAM'] }),
    );
    await sandbox.world.clock.sleep(120_000);
    const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: 'many' }));
    expect(Stacks[0]?.StackStatus).toBe('CREATE_COMPLETE');
    expect(sandbox.rateLimits.refused()['Lambda control plane']).toBeGreaterThan(0);
    await sandbox.close();
  });

  it('let everything through when they are not enforced', async () => {
    const { limits, burst } = limited();
    limits.enforce(false);
    expect(await burst(100, 'Lambda', 'GetAlias')).toBe(100);
  });
});
