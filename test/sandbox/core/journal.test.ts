import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalStorage } from '../../../sandbox/core/journal.ts';

describe('journalStorage', () => {
  let dir: string;
  const file = (): string => join(dir, 'journal');
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'weighbridge-journal-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  async function write(puts: Record<string, unknown>): Promise<void> {
    const storage = await journalStorage(dir);
    for (const [key, value] of Object.entries(puts)) storage.collection('things').put(key, value);
    await storage.close();
  }

  async function read(): Promise<Record<string, unknown>> {
    const storage = await journalStorage(dir);
    const things = storage.collection('things');
    const all = Object.fromEntries([...things.keys()].map((key) => [key, things.get(key)]));
    await storage.close();
    return all;
  }

  it('brings back values with dates, bytes, maps, undefined members and text beyond ASCII', async () => {
    const value = {
      date: new Date(5),
      bytes: new Uint8Array([1, 2, 255]),
      map: new Map([['ä', 1n]]),
      nothing: undefined,
      nested: { list: [null, 'Ω', -0.5] },
    };
    await write({ a: value });
    expect(await read()).toEqual({ a: value });
  });

  it('keeps the order of first insertion through overwriting and deleting', async () => {
    const storage = await journalStorage(dir);
    const things = storage.collection<number>('things');
    for (const key of ['a', 'b', 'c']) things.put(key, 0);
    things.put('a', 1);
    things.delete('b');
    things.put('b', 2);
    expect([things.delete('none'), things.size, [...things.values()]]).toEqual([false, 3, [1, 0, 2]]);
    await storage.close();
    expect(Object.entries(await read())).toEqual([
      ['a', 1],
      ['c', 0],
      ['b', 2],
    ]);
  });

  it('keeps collections of different names apart and gives the same one for the same name', async () => {
    const storage = await journalStorage(dir);
    storage.collection('x').put('k', 1);
    storage.collection('y').put('k', 2);
    expect([storage.collection('x').get('k'), storage.collection('y').get('k')]).toEqual([1, 2]);
    await storage.close();
  });

  it.each([1, 5, 9, 20])('drops a change whose last %i bytes are missing, and goes on from there', async (missing) => {
    await write({ a: 1 });
    await write({ b: 'a value long enough to lose twenty bytes of' });
    truncateSync(file(), statSync(file()).size - missing);
    expect(await read()).toEqual({ a: 1 });
    await write({ c: 3 });
    expect(await read()).toEqual({ a: 1, c: 3 });
  });

  it('drops a last change whose bytes never arrived on disk', async () => {
    await write({ a: 1 });
    appendFileSync(file(), Buffer.from([0, 0, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0]));
    expect(await read()).toEqual({ a: 1 });
  });

  it('refuses a journal that is damaged before its end, and says where', async () => {
    await write({ a: 'some text', b: 2 });
    const bytes = readFileSync(file());
    bytes[20] = (bytes[20] ?? 0) ^ 0xff;
    writeFileSync(file(), bytes);
    await expect(journalStorage(dir)).rejects.toThrow(/is damaged at byte 8/);
  });

  it('refuses a file that is no journal', async () => {
    writeFileSync(file(), 'hello, I am a text');
    await expect(journalStorage(dir)).rejects.toThrow(/expected a journal/);
  });

  it('rewrites itself when it is opened with more garbage than content', async () => {
    const storage = await journalStorage(dir);
    const things = storage.collection('things');
    for (let i = 0; i < 40; i++) things.put('a', new Uint8Array(64 * 1024).fill(i));
    await storage.close();
    expect(statSync(file()).size).toBeGreaterThan(40 * 64 * 1024);
    expect(await read()).toEqual({ a: new Uint8Array(64 * 1024).fill(39) });
    expect(statSync(file()).size).toBeLessThan(66 * 1024);
    expect(await read()).toEqual({ a: new Uint8Array(64 * 1024).fill(39) });
  });

  it('refuses a folder that another process uses, and takes over from one that is gone', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(child, 'spawn');
    writeFileSync(join(dir, 'lock'), String(child.pid));
    await expect(journalStorage(dir)).rejects.toThrow(`process ${child.pid} uses it`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(read()).resolves.toEqual({});
  });

  it('has every change that was answered for when the process is killed', async () => {
    const module = new URL('../../../sandbox/core/journal.ts', import.meta.url).href;
    const program = `
      import { journalStorage } from ${JSON.stringify(module)};
      const storage = await journalStorage(${JSON.stringify(dir)});
      const things = storage.collection('things');
      for (let i = 0; ; i++) {
        things.put('k' + i, { i, text: 'x'.repeat(i % 1000) });
        await Promise.resolve();
        process.stdout.write(i + '\\n');
        if (i % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      }`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program]);
    let answered = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answered += text;
      if (answered.length > 5000) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const lines = answered.split('\n').slice(0, -1);
    const all = await read();
    expect(lines.length).toBeGreaterThan(500);
    expect(lines.filter((i) => !(`k${i}` in all))).toEqual([]);
  });
});
