import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, CfnOutput, CustomResource, RemovalPolicy, SecretValue, type StackProps } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Alias, Code, Function as LambdaFunctionConstruct, Runtime, type IVersion } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zipDirectory } from '../../../sandbox/cloudformation/assembly/zip.ts';
import { deployAssembly } from '../../../sandbox/cloudformation/deploy-assembly.ts';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

let sandbox: Sandbox;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assembly-'));
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
});
afterEach(async () => {
  await sandbox.close();
  await rm(folder, { recursive: true });
});

const call = <O>(service: Parameters<Sandbox['world']['call']>[0], operation: string, input: object): Promise<O> =>
  sandbox.world.call<O>(service, operation, input, { kind: 'account' });

let assemblies = 0;
function synth(build: (stack: Stack) => void, props: StackProps = {}): string {
  const app = new App({ outdir: join(folder, `out-${(assemblies += 1)}`) });
  build(new Stack(app, 'Shop', props));
  return app.synth().directory;
}

async function source(): Promise<string> {
  const code = await mkdtemp(join(folder, 'code-'));
  await writeFile(join(code, 'index.mjs'), 'export const handler = async () => "hello";\n');
  return code;
}

function aShop(code: string, options: { description?: string; withQueue?: boolean } = {}) {
  return (stack: Stack): void => {
    const table = new Table(stack, 'Orders', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const handler = new LambdaFunctionConstruct(stack, 'Handler', {
      runtime: Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: Code.fromAsset(code),
      ...(options.description !== undefined && { description: options.description }),
    });
    table.grantReadData(handler);
    new Alias(stack, 'Live', { aliasName: 'live', version: handler.currentVersion as IVersion });
    new Rule(stack, 'Rule', { eventPattern: { source: ['aws.s3'] }, targets: [new LambdaFunction(handler)] });
    new Bucket(stack, 'Files', { enforceSSL: true, versioned: true });
    new Secret(stack, 'Login', {
      generateSecretString: { secretStringTemplate: '{"user":"ana"}', generateStringKey: 'password' },
    });
    if (options.withQueue) new Queue(stack, 'Queue');
    new CfnOutput(stack, 'Function', { value: handler.functionName });
  };
}

describe('deployAssembly', () => {
  it('deploys what the CDK wrote, so that it runs', async () => {
    const assembly = synth(aShop(await source()));
    const { outputs, resources, changed } = await deployAssembly(sandbox.world, { assembly, stack: 'Shop' });
    expect(changed).toBe(true);
    const FunctionName = outputs['Function'];
    expect(FunctionName).toMatch(/^Shop-Handler\w+-\w{12}$/);
    const answer = await call<{ Payload: Uint8Array; ExecutedVersion: string }>('Lambda', 'Invoke', {
      FunctionName,
      Qualifier: 'live',
      Payload: Buffer.from('{}'),
    });
    expect([Buffer.from(answer.Payload).toString(), answer.ExecutedVersion]).toEqual(['"hello"', '1']);
    const role =
      Object.entries(resources).find(([id]) => id.startsWith('HandlerServiceRole') && !id.includes('Policy'))?.[1] ??
      '';
    const table = Object.entries(resources).find(([id]) => id.startsWith('Orders'))?.[1] ?? '';
    const principal = { kind: 'role', roleName: role, sessionName: 's' } as const;
    const get = sandbox.world.call('DynamoDB', 'GetItem', { TableName: table, Key: { pk: { S: 'x' } } }, principal);
    await expect(get).resolves.toBeDefined();
    const put = sandbox.world.call('DynamoDB', 'PutItem', { TableName: table, Item: { pk: { S: 'x' } } }, principal);
    await expect(put).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('changes nothing the second time', async () => {
    const assembly = synth(aShop(await source()));
    const first = await deployAssembly(sandbox.world, { assembly, stack: 'Shop' });
    const second = await deployAssembly(sandbox.world, { assembly, stack: 'Shop' });
    expect(second).toEqual({ ...first, changed: false });
  });

  it('updates in place when the app changes, publishing another version', async () => {
    const code = await source();
    const first = await deployAssembly(sandbox.world, { assembly: synth(aShop(code)), stack: 'Shop' });
    const again = synth(aShop(code, { description: 'new', withQueue: true }));
    const second = await deployAssembly(sandbox.world, { assembly: again, stack: 'Shop' });
    expect(second.outputs).toEqual(first.outputs);
    expect(Object.keys(second.resources)).toContain(Object.keys(second.resources).find((id) => id.startsWith('Queue')));
    const alias = await call<{ FunctionVersion: string }>('Lambda', 'GetAlias', {
      FunctionName: first.outputs['Function'],
      Name: 'live',
    });
    expect(alias.FunctionVersion).toBe('2');
  });

  it('repeats itself: the same seed and assembly yield the same names', async () => {
    const assembly = synth(aShop(await source()));
    const first = await deployAssembly(sandbox.world, { assembly, stack: 'Shop' });
    const other = await createSandbox({ clock: { kind: 'virtual' } });
    expect((await deployAssembly(other.world, { assembly, stack: 'Shop' })).resources).toEqual(first.resources);
    await other.close();
  });

  it('reports why it was rolled back, and works after the cause is gone', async () => {
    const assembly = synth((stack) => {
      new Queue(stack, 'Fine');
      new Bucket(stack, 'Files', { bucketName: 'taken-name' });
      new Secret(stack, 'S', { secretStringValue: SecretValue.unsafePlainText('x'), secretName: 'taken' });
    });
    await call('Secrets Manager', 'CreateSecret', { Name: 'taken', SecretString: 'x' });
    await expect(deployAssembly(sandbox.world, { assembly, stack: 'Shop' })).rejects.toThrow(
      /expected the stack Shop to be deployed, got ROLLBACK_COMPLETE:\nS\w* \(AWS::SecretsManager::Secret\): Resource handler returned message: .*ResourceExistsException/,
    );
    await call('Secrets Manager', 'DeleteSecret', { SecretId: 'taken', ForceDeleteWithoutRecovery: true });
    // The bucket was to be retained, and its creation was rolled back: CloudFormation leaves it behind.
    await call('S3', 'DeleteBucket', { Bucket: 'taken-name' });
    expect((await deployAssembly(sandbox.world, { assembly, stack: 'Shop' })).changed).toBe(true);
  });

  it.each<{ name: string; build: (stack: Stack) => void; props?: StackProps; stack?: string; message: string }>([
    {
      name: 'a stack that is not there',
      build: (s) => void new Queue(s, 'Q'),
      stack: 'Other',
      message: 'to contain the stack Other, got Shop',
    },
    {
      name: 'a stack for another Region',
      build: (s) => void new Queue(s, 'Q'),
      props: { env: { account: '123456789012', region: 'eu-west-1' } },
      message: 'was synthesised for aws://123456789012/eu-west-1, the sandbox is aws://123456789012/us-east-1',
    },
    {
      name: 'a custom resource',
      build: (s) =>
        void new CustomResource(s, 'C', { serviceToken: 'arn:aws:lambda:us-east-1:123456789012:function:f' }),
      message: 'the sandbox does not support the resource type AWS::CloudFormation::CustomResource (resource C)',
    },
  ])('refuses $name', async ({ build, props, stack = 'Shop', message }) => {
    const assembly = synth(build, props);
    await expect(deployAssembly(sandbox.world, { assembly, stack })).rejects.toThrow(message);
  });

  it('says what to do when there is no assembly', async () => {
    const assembly = join(folder, 'nowhere');
    await expect(deployAssembly(sandbox.world, { assembly, stack: 'Shop' })).rejects.toThrow('run cdk synth first');
  });
});

describe('zipDirectory', () => {
  it('makes the same bytes of the same files', async () => {
    const code = await source();
    expect(Buffer.from(await zipDirectory(code)).equals(Buffer.from(await zipDirectory(code)))).toBe(true);
  });
});
