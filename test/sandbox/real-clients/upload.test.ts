import { execFile } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';
import { environment, isInstalled } from './clients.ts';

const run = promisify(execFile);
const TIME_LIMIT_MS = 120_000;
const BUCKET = 'artifacts';
/** More than 8 MiB: the AWS CLI and boto3 then upload in parts. */
const LARGE = 9 * 1024 * 1024;

/** A client that copies files to the bucket and back. */
interface Copier {
  readonly name: string;
  readonly installed: boolean;
  upload(endpoint: string, file: string, key: string): Promise<unknown>;
  download(endpoint: string, key: string, file: string): Promise<unknown>;
}

const python = (endpoint: string, line: string) =>
  run('python3', ['-c', `import boto3\ns3 = boto3.client('s3')\n${line}`], { env: environment(endpoint) });
const cli = (endpoint: string, ...args: string[]) =>
  run('aws', ['s3', 'cp', ...args, '--endpoint-url', endpoint, '--no-progress'], { env: environment(endpoint) });

const COPIERS: readonly Copier[] = [
  {
    name: 'the JavaScript SDK',
    installed: true,
    upload: (endpoint, file, Key) => {
      const input = { Bucket: BUCKET, Key, Body: createReadStream(file), ContentLength: statSync(file).size };
      return s3At(endpoint).send(new PutObjectCommand(input));
    },
    download: async (endpoint, Key, file) => {
      const { Body } = await s3At(endpoint).send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      await writeFile(file, await (Body as NonNullable<typeof Body>).transformToByteArray());
    },
  },
  {
    name: 'the AWS CLI',
    installed: isInstalled('aws', '--version'),
    upload: (endpoint, file, key) => cli(endpoint, file, `s3://${BUCKET}/${key}`),
    download: (endpoint, key, file) => cli(endpoint, `s3://${BUCKET}/${key}`, file),
  },
  {
    name: 'boto3',
    installed: isInstalled('python3', '-c', 'import boto3'),
    upload: (endpoint, file, key) => python(endpoint, `s3.upload_file('${file}', '${BUCKET}', '${key}')`),
    download: (endpoint, key, file) => python(endpoint, `s3.download_file('${BUCKET}', '${key}', '${file}')`),
  },
];

function s3At(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'AKIASESSION', secretAccessKey: 'secret' };
  return new S3Client({ endpoint, region: 'us-east-1', credentials, forcePathStyle: true });
}

describe('an upload', { timeout: TIME_LIMIT_MS }, () => {
  let sandbox: Sandbox;
  let folder: string;
  let machine: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'upload-'));
    await writeFile(join(folder, 'small'), 'a small package');
    await writeFile(join(folder, 'large'), Buffer.from(Array.from({ length: LARGE }, (_, i) => (i * 31) % 251)));
    sandbox = await createSandbox({ clock: { kind: 'virtual' }, port: 0 });
    machine = await startedByUploads(sandbox);
  }, TIME_LIMIT_MS);
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  for (const client of COPIERS)
    describe.skipIf(!client.installed)(`through ${client.name}${client.installed ? '' : ' (not installed)'}`, () => {
      it.each(['small', 'large'])('of a %s file arrives whole, and starts a rollout that knows it', async (size) => {
        const key = `releases/${client.name.replaceAll(/\W/g, '-')}/${size}/code.zip`;
        await client.upload(sandbox.url, join(folder, size), key);
        const head = await s3At(sandbox.url).send(
          new HeadObjectCommand({ Bucket: BUCKET, Key: key, ChecksumMode: 'ENABLED' }),
        );
        expect(head.ChecksumCRC32 ?? head.ChecksumCRC64NVME).toBeDefined();
        await client.download(sandbox.url, key, join(folder, 'back'));
        expect((await readFile(join(folder, 'back'))).equals(await readFile(join(folder, size)))).toBe(true);
        expect(await startedFor(key)).toMatchObject({
          key,
          size: statSync(join(folder, size)).size,
          etag: head.ETag?.replaceAll('"', ''),
          'version-id': head.VersionId,
        });
      });
    });

  /** What the execution that the upload started was told of the object. */
  async function startedFor(key: string): Promise<unknown> {
    const sfn = new SFNClient(sandbox.clientConfig);
    for (let i = 0; i < 60; i++) {
      const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: machine }));
      for (const { executionArn } of executions) {
        const { output = '{}' } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        const told = JSON.parse(output) as { key?: string };
        if (told.key === key) return told;
      }
      await sandbox.world.clock.sleep(1000);
    }
    return undefined;
  }
});

/** A versioned bucket whose uploads start a state machine, which answers with what it was told. */
async function startedByUploads({ clientConfig }: Sandbox): Promise<string> {
  const s3 = new S3Client({ ...clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration: { Status: 'Enabled' } }));
  const NotificationConfiguration = { EventBridgeConfiguration: {} };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: BUCKET, NotificationConfiguration }));
  const roleArn = await role(new IAMClient(clientConfig));
  const definition = JSON.stringify({
    QueryLanguage: 'JSONata',
    StartAt: 'Told',
    States: { Told: { Type: 'Pass', Output: '{% $states.input.detail.object %}', End: true } },
  });
  const { stateMachineArn = '' } = await new SFNClient(clientConfig).send(
    new CreateStateMachineCommand({ name: 'release', definition, roleArn }),
  );
  const events = new EventBridgeClient(clientConfig);
  const EventPattern = JSON.stringify({ source: ['aws.s3'], 'detail-type': ['Object Created'] });
  await events.send(new PutRuleCommand({ Name: 'uploads', EventPattern }));
  const Targets = [{ Id: 'machine', Arn: stateMachineArn, RoleArn: roleArn }];
  await events.send(new PutTargetsCommand({ Rule: 'uploads', Targets }));
  return stateMachineArn;
}

async function role(iam: IAMClient): Promise<string> {
  const Principal = { Service: ['states.amazonaws.com', 'events.amazonaws.com'] };
  const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] };
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: 'uploads', AssumeRolePolicyDocument: JSON.stringify(trust) }),
  );
  const Statement = [{ Effect: 'Allow', Action: 'states:StartExecution', Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new PutRolePolicyCommand({ RoleName: 'uploads', PolicyName: 'start', PolicyDocument }));
  return Role?.Arn ?? '';
}
