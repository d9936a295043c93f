import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  type GetSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

let sandbox: Sandbox;
let secrets: SecretsManagerClient;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  secrets = new SecretsManagerClient(sandbox.clientConfig);
});
afterEach(() => sandbox.close());

const create = (Name: string, SecretString: string) => secrets.send(new CreateSecretCommand({ Name, SecretString }));
const get = (SecretId: string, more: Partial<GetSecretValueCommandInput> = {}) =>
  secrets.send(new GetSecretValueCommand({ SecretId, ...more }));

describe('a secret', () => {
  it('is found by name, ARN and ARN without its suffix', async () => {
    const { ARN = '', VersionId } = await create('slack/webhook', 'url');
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:slack\/webhook-[A-Za-z0-9]{6}$/);
    for (const id of ['slack/webhook', ARN, ARN.slice(0, -7)])
      expect(await get(id)).toMatchObject({ SecretString: 'url', VersionId, VersionStages: ['AWSCURRENT'] });
    await expect(get(`${ARN.slice(0, -6)}zzzzzz`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(create('slack/webhook', 'x')).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('moves its labels when it gets another value', async () => {
    const { VersionId: one } = await create('s', 'one');
    const { VersionId: two } = await secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString: 'two' }));
    expect(await get('s')).toMatchObject({ SecretString: 'two', VersionId: two });
    expect(await get('s', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one', VersionId: one });
    await secrets.send(
      new UpdateSecretVersionStageCommand({
        SecretId: 's',
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: one,
        RemoveFromVersionId: two,
      }),
    );
    expect(await get('s')).toMatchObject({ SecretString: 'one' });
    await secrets.send(
      new UpdateSecretCommand({ SecretId: 's', Description: 'd', SecretBinary: new Uint8Array([1, 2]) }),
    );
    expect((await get('s')).SecretBinary).toEqual(new Uint8Array([1, 2]));
    await expect(get('s', { VersionStage: 'NONE' })).rejects.toMatchObject({
      message: "Secrets Manager can't find the specified secret value for staging label: NONE",
    });
  });

  it('takes the same token with the same value only', async () => {
    await create('s', 'one');
    const ClientRequestToken = 'a'.repeat(32);
    const put = (SecretString: string) =>
      secrets.send(new PutSecretValueCommand({ SecretId: 's', SecretString, ClientRequestToken }));
    await put('two');
    await put('two');
    await expect(put('three')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    expect(await get('s')).toMatchObject({ SecretString: 'two', VersionId: ClientRequestToken });
  });

  it('can be restored until its recovery window has passed', async () => {
    await create('s', 'one');
    await secrets.send(new DeleteSecretCommand({ SecretId: 's', RecoveryWindowInDays: 7 }));
    await expect(get('s')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create('s', 'x')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    expect((await secrets.send(new ListSecretsCommand({}))).SecretList).toEqual([]);
    await secrets.send(new RestoreSecretCommand({ SecretId: 's' }));
    expect(await get('s')).toMatchObject({ SecretString: 'one' });
    await secrets.send(new DeleteSecretCommand({ SecretId: 's' }));
    await sandbox.world.clock.sleep(30 * 86_400_000);
    await expect(secrets.send(new DescribeSecretCommand({ SecretId: 's' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await create('s', 'new');
    await secrets.send(new DeleteSecretCommand({ SecretId: 's', ForceDeleteWithoutRecovery: true }));
    await create('s', 'newer');
  });

  it('has a resource policy and refuses rotation by name', async () => {
    await create('s', 'one');
    const ResourcePolicy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await secrets.send(new PutResourcePolicyCommand({ SecretId: 's', ResourcePolicy }));
    expect(await secrets.send(new GetResourcePolicyCommand({ SecretId: 's' }))).toMatchObject({ ResourcePolicy });
    await expect(secrets.send(new RotateSecretCommand({ SecretId: 's' }))).rejects.toThrow(
      /does not support .*RotateSecret/,
    );
  });
});

describe('a random password', () => {
  it.each([
    { name: 'of every kind', input: {}, shape: /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^A-Za-z\d]).{32}$/ },
    { name: 'without punctuation', input: { PasswordLength: 20, ExcludePunctuation: true }, shape: /^[A-Za-z\d]{20}$/ },
    {
      name: 'without some characters',
      input: { ExcludeCharacters: 'abc', ExcludeNumbers: true },
      shape: /^[^abc\d]{32}$/,
    },
  ])('is $name', async ({ input, shape }) => {
    expect((await secrets.send(new GetRandomPasswordCommand(input))).RandomPassword).toMatch(shape);
  });
});
