import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox, type SandboxOptions } from '../../sandbox/sandbox.ts';
import { CATALOGUE } from '../../sandbox/wire/catalogue.ts';

describe('createSandbox', () => {
  const open: Sandbox[] = [];
  const folders: string[] = [];
  afterEach(async () => {
    for (const sandbox of open.splice(0)) await sandbox.close();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const sandbox = await createSandbox({ clock: { kind: 'virtual' }, ...options });
    open.push(sandbox);
    return sandbox;
  }

  async function stop(sandbox: Sandbox): Promise<void> {
    open.splice(open.indexOf(sandbox), 1);
    await sandbox.close();
  }

  function folder(): string {
    folders.push(mkdtempSync(join(tmpdir(), 'weighbridge-sandbox-')));
    return folders.at(-1) as string;
  }

  it('plays every service of the catalogue', async () => {
    const { world } = await start();
    expect(new Set(world.services().map((service) => service.id))).toEqual(new Set(CATALOGUE.map((facts) => facts.id)));
  });

  it('is reached without a socket when it has no port', async () => {
    const { url, clientConfig } = await start();
    expect(url).toBe('');
    const identity = await new STSClient(clientConfig).send(new GetCallerIdentityCommand());
    expect(identity.Account).toBe('123456789012');
  });

  it('is reached over HTTP when it has a port, and answers for its health', async () => {
    const { url, clientConfig } = await start({ port: 0, region: 'eu-west-1', accountId: '111122223333' });
    const identity = await new STSClient(clientConfig).send(new GetCallerIdentityCommand());
    expect(identity.Account).toBe('111122223333');
    const health = (await (await fetch(`${url}/_weighbridge/health`)).json()) as object;
    expect(health).toMatchObject({
      status: 'ok',
      region: 'eu-west-1',
      accountId: '111122223333',
      now: '2026-01-01T00:00:00.000Z',
    });
  });

  it('refuses a port that is taken, and lets go of its data folder', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const dataDir = folder();
    await expect(start({ port, dataDir })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await start({ dataDir });
    await new Promise((resolve) => other.close(resolve));
  });

  it('gives the same ids in every run with the same seed', async () => {
    const ids = async (seed: number): Promise<unknown> => {
      const { clientConfig } = await start({ seed });
      const output = await new STSClient(clientConfig).send(new GetCallerIdentityCommand());
      return output.$metadata.requestId;
    };
    expect(await ids(1)).toBe(await ids(1));
    expect(await ids(1)).not.toBe(await ids(2));
  });

  it('keeps its state in a folder, goes on in time, and does not repeat ids', async () => {
    const dataDir = folder();
    const first = await start({ dataDir });
    const s3 = new S3Client(first.clientConfig);
    await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
    const put = await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k', Body: 'v' }));
    await first.world.clock.sleep(3_600_000);
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'later', Body: 'v' }));
    const ended = first.world.clock.now();
    await stop(first);
    const second = await start({ dataDir });
    expect(second.world.clock.now()).toBeGreaterThan(ended);
    const got = await new S3Client(second.clientConfig).send(new GetObjectCommand({ Bucket: 'kept', Key: 'k' }));
    expect(await got.Body?.transformToString()).toBe('v');
    expect(got.$metadata.requestId).not.toBe(put.$metadata.requestId);
  });

  it('begins with what another one held, and neither sees what the other does then', async () => {
    const first = await start();
    const s3 = new S3Client(first.clientConfig);
    await s3.send(new CreateBucketCommand({ Bucket: 'kept' }));
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k', Body: 'before' }));
    const from = first.snapshot();
    await s3.send(new PutObjectCommand({ Bucket: 'kept', Key: 'k', Body: 'after' }));
    const second = await start({ from });
    const got = await new S3Client(second.clientConfig).send(new GetObjectCommand({ Bucket: 'kept', Key: 'k' }));
    expect(await got.Body?.transformToString()).toBe('before');
    expect(second.world.clock.now()).toBeGreaterThanOrEqual(first.world.clock.now());
    const third = await start({ from: second.snapshot() });
    await new S3Client(third.clientConfig).send(new GetObjectCommand({ Bucket: 'kept', Key: 'k' }));
  });

  it('answers 404 for a deployment package that there is not', async () => {
    const { url } = await start({ port: 0 });
    const response = await fetch(`${url}/_weighbridge/lambda/code/00`);
    expect(response.status).toBe(404);
  });
});
