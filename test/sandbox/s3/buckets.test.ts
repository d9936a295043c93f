import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
  paginateListObjectsV2,
} from '@aws-sdk/client-s3';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { createSandbox, type Sandbox } from '../../../sandbox/sandbox.ts';

const Bucket = 'artifacts';
let sandbox: Sandbox;
let s3: S3Client;

beforeEach(async () => {
  sandbox = await createSandbox({ clock: { kind: 'virtual' } });
  s3 = new S3Client({ ...sandbox.clientConfig, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterEach(() => sandbox.close());

describe('a bucket', () => {
  it('exists until it is deleted', async () => {
    expect(await s3.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'us-east-1' });
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint ?? '').toBe('');
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject({ name: 'NotFound' });
    await expect(s3.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  it.each(['ab', 'Upper', 'a..b', '192.168.0.1', 'xn--a', 'under_score'])('may not be called %s', async (name) => {
    await expect(s3.send(new CreateBucketCommand({ Bucket: name }))).rejects.toMatchObject({
      name: 'InvalidBucketName',
    });
  });

  it('conflicts with itself outside the first Region, whose name it needs', async () => {
    const other = await createSandbox({ clock: { kind: 'virtual' }, region: 'eu-west-1' });
    const client = new S3Client({ ...other.clientConfig, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' as const };
    await client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
    await expect(client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }))).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    });
    const wrong = { LocationConstraint: 'eu-central-1' as const };
    await expect(
      client.send(new CreateBucketCommand({ Bucket: 'other', CreateBucketConfiguration: wrong })),
    ).rejects.toMatchObject({ name: 'IllegalLocationConstraintException' });
    expect((await client.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBe('eu-west-1');
    await other.close();
  });

  it('starts encrypted, private, owned and unversioned', async () => {
    expect(await s3.send(new GetBucketEncryptionCommand({ Bucket }))).toMatchObject({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
    expect((await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    });
    expect((await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls).toEqual({
      Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }],
    });
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    expect((await s3.send(new GetBucketLoggingCommand({ Bucket }))).LoggingEnabled).toBeUndefined();
  });

  it.each([
    { name: 'NoSuchTagSet', command: () => new GetBucketTaggingCommand({ Bucket }) },
    { name: 'NoSuchBucketPolicy', command: () => new GetBucketPolicyCommand({ Bucket }) },
    { name: 'NoSuchLifecycleConfiguration', command: () => new GetBucketLifecycleConfigurationCommand({ Bucket }) },
  ])('answers $name for what it has not', async ({ name, command }) => {
    await expect(s3.send(command() as GetBucketTaggingCommand)).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 404 },
    });
  });

  it('returns the configurations that it was given', async () => {
    const TagSet = [{ Key: 'a', Value: 'b' }];
    await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual(TagSet);
    const Rules = [
      {
        ID: 'old',
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
    ];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(Rules);
  });

  it('refuses notifications to other places than EventBridge by name', async () => {
    const NotificationConfiguration = {
      QueueConfigurations: [
        { QueueArn: 'arn:aws:sqs:us-east-1:123456789012:q', Events: ['s3:ObjectCreated:*' as const] },
      ],
    };
    await expect(
      s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration })),
    ).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('QueueConfigurations') as string,
    });
  });
});

describe('a bucket policy', () => {
  const statement = (more: object) => ({
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 's3:*',
    Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
    ...more,
  });
  const put = (...Statement: object[]) =>
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  const role = async (Action: string[]) => {
    const iam = new IAMClient(sandbox.clientConfig);
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'reader', AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
    });
    await iam.send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'p', PolicyDocument }));
    const credentials = sandbox.world.authorizer.credentialsFor(Role?.Arn ?? '', 'session');
    return new S3Client({ ...sandbox.clientConfig, forcePathStyle: true, credentials });
  };

  it('that demands TLS lets the sandbox in', async () => {
    await put(statement({ Condition: { Bool: { 'aws:SecureTransport': 'false' } } }));
    const reader = await role(['s3:GetObject', 's3:PutObject']);
    await reader.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    expect((await reader.send(new GetObjectCommand({ Bucket, Key: 'k' }))).ContentLength).toBe(1);
  });

  it('denies what it names, whatever the role may do', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    const reader = await role(['s3:*']);
    await put(statement({ Action: 's3:GetObject' }));
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'k' }))).rejects.toMatchObject({
      name: 'AccessDenied',
    });
    await s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    await reader.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  });

  it('does not make missing keys known to those who may not list', async () => {
    const reader = await role(['s3:GetObject']);
    await expect(reader.send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket') as string,
    });
  });

  it('may not be public while public policies are blocked', async () => {
    const open = statement({ Effect: 'Allow', Action: 's3:GetObject' });
    await expect(put(open)).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    await put(open);
  });

  it.each([
    { name: 'no JSON', text: 'x' },
    { name: 'no statement', text: '{}' },
    { name: 'another bucket', text: JSON.stringify({ Statement: [statement({ Resource: 'arn:aws:s3:::other/*' })] }) },
    { name: 'no principal', text: JSON.stringify({ Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }] }) },
  ])('is malformed with $name', async ({ text }) => {
    await expect(s3.send(new PutBucketPolicyCommand({ Bucket, Policy: text }))).rejects.toMatchObject({
      name: 'MalformedPolicy',
    });
  });
});

describe('an object through the SDK', () => {
  it('keeps what the client verifies: body, checksum, metadata, tags', async () => {
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a b/ü',
        Body: 'hello',
        Metadata: { by: 'me' },
        Tagging: 'a=b&c=d',
        ContentType: 'text/plain',
      }),
    );
    expect(put).toMatchObject({ ChecksumCRC32: 'NhCmhg==', ChecksumType: 'FULL_OBJECT' });
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/ü' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({ Metadata: { by: 'me' }, ContentType: 'text/plain', TagCount: 2, ETag: put.ETag });
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü' }))).toMatchObject({ ContentLength: 5 });
    const asked = await s3.send(
      new GetObjectAttributesCommand({ Bucket, Key: 'a b/ü', ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize'] }),
    );
    expect(asked).toMatchObject({ ObjectSize: 5, Checksum: { ChecksumCRC32: 'NhCmhg==' } });
  });

  it('is copied with metadata and tags, and not onto itself unchanged', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', Metadata: { a: '1' }, Tagging: 'a=b' }));
    const CopySource = `${Bucket}/k`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }))).toMatchObject({
      Metadata: { a: '1' },
      TagCount: 1,
    });
    await s3.send(
      new CopyObjectCommand({ Bucket, Key: 'k', CopySource, MetadataDirective: 'REPLACE', Metadata: { a: '2' } }),
    );
    expect(await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).toMatchObject({ Metadata: { a: '2' } });
    await expect(s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource }))).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await expect(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'x', CopySource: `${Bucket}/none` })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('is found by the paginator', async () => {
    for (let i = 0; i < 5; i++) await s3.send(new PutObjectCommand({ Bucket, Key: `k${i}`, Body: 'x' }));
    const keys: (string | undefined)[] = [];
    for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket }))
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    expect(keys).toEqual(['k0', 'k1', 'k2', 'k3', 'k4']);
  });
});
