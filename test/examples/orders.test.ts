import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBufferPromise } from 'yauzl';
import { checkAnswer } from '../../domain/contract.ts';
import { hasHandler } from '../../domain/package-files.ts';
import { parseManifest } from '../../domain/release.ts';
import { buildExample, EXAMPLE_VERSIONS, exampleManifest } from '../../examples/orders/build.ts';
import type { ExampleVersion } from '../../examples/orders/build.ts';
import { orderEvent } from '../../examples/orders/traffic.ts';

type Handler = (event: unknown) => Promise<{ statusCode: number; body: string }>;

const handlers = new Map<ExampleVersion, { handler: Handler; startedInMs: number }>();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-'));
  for (const version of EXAMPLE_VERSIONS) handlers.set(version, await load(version));
});
afterAll(() => rm(folder, { recursive: true }));

describe.each(EXAMPLE_VERSIONS)('orders %s', (version) => {
  it('is zipped into the same bytes each time', async () => {
    expect((await buildExample(version)).equals(await buildExample(version))).toBe(true);
  });

  it('has its handler at the root', async () => {
    const files = (await unzip(version)).map(({ name }) => name);
    expect(hasHandler(files, { runtime: 'nodejs24.x', handler: 'index.handler' })).toBe(true);
  });

  it('keeps its contract', async () => {
    const { contract } = parseManifest(await exampleManifest(version));
    expect(contract.length).toBeGreaterThanOrEqual(4);
    for (const one of contract) {
      const payload = await handlerOf(version)(one.event);
      expect(checkAnswer(one, { payload, milliseconds: 1 })).toEqual([]);
    }
  });

  it('refuses what is not an order', async () => {
    const event = { ...orderEvent(1), body: '{"id": 7' };
    expect(await handlerOf(version)(event)).toMatchObject({ statusCode: 400 });
  });
});

describe('the users’ orders', () => {
  it.each(['1.0.0', '1.1.0', '1.3.0'] as const)('are all priced by %s', async (version) => {
    for (let n = 0; n < 2000; n++) expect((await handlerOf(version)(orderEvent(n))).statusCode).toBe(200);
  });

  it('make 1.2.0 throw in a few per cent of cases', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 2000 }, async (_, n) => handlerOf('1.2.0')(orderEvent(n))),
    );
    const failed = outcomes.filter(({ status }) => status === 'rejected').length;
    expect(failed).toBeGreaterThan(2000 * 0.03);
    expect(failed).toBeLessThan(2000 * 0.05);
  });

  it('are the same at every call', () => {
    expect(orderEvent(17)).toEqual(orderEvent(17));
    expect(orderEvent(17)).not.toEqual(orderEvent(18));
  });
});

describe('the start', () => {
  it('takes 1.3.0 two to three seconds, and the others next to nothing', () => {
    expect(handlers.get('1.3.0')?.startedInMs).toBeGreaterThan(2000);
    expect(handlers.get('1.1.0')?.startedInMs).toBeLessThan(1500);
  });
});

function handlerOf(version: ExampleVersion): Handler {
  const found = handlers.get(version);
  if (!found) throw new Error(`${version} was not loaded`);
  return found.handler;
}

async function load(version: ExampleVersion): Promise<{ handler: Handler; startedInMs: number }> {
  const home = await mkdtemp(join(folder, `${version}-`));
  for (const { name, bytes } of await unzip(version)) await writeFile(join(home, name), bytes);
  const began = performance.now();
  const { handler } = (await import(pathToFileURL(join(home, 'index.mjs')).href)) as { handler: Handler };
  return { handler, startedInMs: performance.now() - began };
}

async function unzip(version: ExampleVersion): Promise<{ name: string; bytes: Buffer }[]> {
  const zip = await fromBufferPromise(await buildExample(version));
  const files: { name: string; bytes: Buffer }[] = [];
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    files.push({ name: entry.fileName, bytes: Buffer.concat(chunks) });
  }
  return files;
}
