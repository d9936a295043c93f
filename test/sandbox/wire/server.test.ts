import { connect } from 'node:net';
import { request as httpRequest } from 'node:http';
import { LambdaClient, ListFunctionsCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsError } from '../../../sandbox/core/aws-error.ts';
import { ConnectionLost } from '../../../sandbox/wire/connection-lost.ts';
import { createDispatcher } from '../../../sandbox/wire/dispatcher.ts';
import { startServer, type Server } from '../../../sandbox/wire/server.ts';
import { echoWorld, type Reply } from './support/echo-world.ts';

describe('the server', () => {
  let server: Server;
  afterEach(() => server.close());

  async function serve(reply?: Reply) {
    const echo = echoWorld(reply);
    server = await startServer(createDispatcher(echo.world), { port: 0, host: '127.0.0.1' });
    const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
    const config = { region: 'us-east-1', endpoint: server.url, credentials };
    return { ...echo, config, port: Number(new URL(server.url).port) };
  }

  it('listens on the loopback interface only, on a free port', async () => {
    await serve();
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it('carries bodies of megabytes both ways', async () => {
    const body = Buffer.alloc(3_000_000, 'weighbridge');
    const { config, last } = await serve(() => ({ Body: body, ContentLength: body.length }));
    const client = new S3Client(config);
    await client.send(new PutObjectCommand({ Bucket: 'bbb', Key: 'k', Body: body }));
    expect(Buffer.from(last().input['Body'] as Uint8Array).equals(body)).toBe(true);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bbb', Key: 'k' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  });

  it('answers HEAD with the length of what GET would carry, and without a body', async () => {
    const { config } = await serve(() => ({ ContentLength: 5, ETag: '"e"' }));
    const head = await new S3Client(config).send(new HeadObjectCommand({ Bucket: 'bbb', Key: 'k' }));
    expect(head).toMatchObject({ ContentLength: 5, ETag: '"e"' });
  });

  it('answers a failed HEAD without a body', async () => {
    const { config } = await serve(() => {
      throw new AwsError('NotFound', 'Not Found', { status: 404 });
    });
    const head = new S3Client(config).send(new HeadObjectCommand({ Bucket: 'bbb', Key: 'k' }));
    await expect(head).rejects.toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } });
  });

  it('breaks the connection when the response is lost, and the client tries again', async () => {
    let calls = 0;
    const { config } = await serve(() => {
      calls += 1;
      if (calls === 1) throw new ConnectionLost();
      return {};
    });
    await new LambdaClient(config).send(new UpdateAliasCommand({ FunctionName: 'f', Name: 'live' }));
    expect(calls).toBe(2);
  });

  it('keeps connections alive', async () => {
    const { config, seen } = await serve();
    const client = new LambdaClient(config);
    for (let i = 0; i < 5; i++) await client.send(new ListFunctionsCommand());
    expect(seen).toHaveLength(5);
    client.destroy();
  });

  it('invites a client to go on that asks before it sends its body', async () => {
    const { port, last } = await serve();
    const continued = await new Promise<boolean>((resolve, reject) => {
      let invited = false;
      const headers = {
        expect: '100-continue',
        'content-length': 5,
        authorization: 'AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/s3/aws4_request, Signature=0',
      };
      const outgoing = httpRequest({ port, host: '127.0.0.1', method: 'PUT', path: '/bbb/k', headers }, (answer) => {
        answer.resume().on('end', () => resolve(invited));
      });
      outgoing.on('continue', () => {
        invited = true;
        outgoing.end('hello');
      });
      outgoing.on('error', reject).flushHeaders();
    });
    expect(continued).toBe(true);
    expect(Buffer.from(last().input['Body'] as Uint8Array).toString()).toBe('hello');
  });

  it('survives clients that leave in the middle of a request', async () => {
    const { port, config, seen } = await serve();
    await new Promise<void>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.write('PUT /bbb/k HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nabc', () => socket.destroy());
      });
      socket.on('close', () => resolve());
    });
    await new LambdaClient(config).send(new ListFunctionsCommand());
    expect(seen.map((one) => one.operation)).toEqual(['ListFunctions']);
  });
});
