import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { announceSandbox, forgetSandbox, readSandbox } from '../../cli/sandbox-file.ts';
import { resolveTarget } from '../../cli/target.ts';
import type { TargetOptions } from '../../cli/target.ts';

const URL_HERE = 'http://127.0.0.1:4566';
const URL_ELSEWHERE = 'http://127.0.0.1:9999';
/** Above the largest process id of Linux. */
const NO_PROCESS = 4_194_305;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'target-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function announce(pid = process.pid): void {
  announceSandbox(folder, { url: URL_HERE, pid, region: 'eu-west-1', accountId: '123456789012' });
}

interface Row {
  readonly name: string;
  readonly options?: TargetOptions;
  readonly env?: Record<string, string>;
  /** Process id of the sandbox that the folder announces; none when absent. */
  readonly announced?: number;
  readonly goes: string;
}

const key = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x' };

describe('the target', () => {
  it.each<Row>([
    { name: 'is AWS when there is nothing else', goes: 'aws' },
    { name: 'is the sandbox that runs in the folder', announced: process.pid, goes: URL_HERE },
    { name: 'is AWS where credentials are set', env: key, announced: process.pid, goes: 'aws' },
    { name: 'is AWS where a profile is set', env: { AWS_PROFILE: 'p' }, announced: process.pid, goes: 'aws' },
    {
      name: 'is AWS where an endpoint is set',
      env: { AWS_ENDPOINT_URL: URL_ELSEWHERE },
      announced: process.pid,
      goes: 'aws',
    },
    { name: 'is AWS with --aws', options: { aws: true }, announced: process.pid, goes: 'aws' },
    { name: 'is AWS with --profile', options: { profile: 'p' }, announced: process.pid, goes: 'aws' },
    {
      name: 'is the sandbox with --sandbox, whatever credentials are set',
      options: { sandbox: true },
      env: key,
      announced: process.pid,
      goes: URL_HERE,
    },
    {
      name: 'is the URL of --sandbox',
      options: { sandbox: `${URL_ELSEWHERE}/` },
      announced: process.pid,
      goes: URL_ELSEWHERE,
    },
    {
      name: 'is WEIGHBRIDGE_ENDPOINT before credentials',
      env: { WEIGHBRIDGE_ENDPOINT: URL_ELSEWHERE, ...key },
      goes: URL_ELSEWHERE,
    },
  ])('$name', ({ options = {}, env = {}, announced, goes }) => {
    if (announced !== undefined) announce(announced);
    const { kind, clientConfig } = resolveTarget(options, env, folder);
    expect(kind === 'aws' ? 'aws' : clientConfig.endpoint).toBe(goes);
    expect(clientConfig.credentials !== undefined).toBe(kind === 'sandbox');
  });

  it.each([
    { name: '--aws and --sandbox', options: { aws: true, sandbox: true as const }, message: /exclude each other/ },
    {
      name: '--profile and --sandbox',
      options: { profile: 'p', sandbox: true as const },
      message: /exclude each other/,
    },
    { name: 'a URL that is none', options: { sandbox: 'orders' }, message: /expected a URL/ },
    { name: '--sandbox without a sandbox', options: { sandbox: true as const }, message: /no sandbox runs/ },
  ])('refuses $name', ({ options, message }) => {
    expect(() => resolveTarget(options, {}, folder)).toThrow(message);
  });

  it('never falls through to an account when the sandbox has died', () => {
    announce(NO_PROCESS);
    expect(() => resolveTarget({}, {}, folder)).toThrow(/is gone: start it again .* or say --aws/);
    expect(resolveTarget({ aws: true }, {}, folder).kind).toBe('aws');
  });

  it('takes the endpoint that the environment says, to name it and to address buckets by path', () => {
    const { clientConfig } = resolveTarget({}, { AWS_ENDPOINT_URL: URL_ELSEWHERE }, folder);
    expect(clientConfig).toEqual({ endpoint: URL_ELSEWHERE });
  });

  it('takes the region of the sandbox, unless another is given', () => {
    announce();
    expect(resolveTarget({}, {}, folder).clientConfig.region).toBe('eu-west-1');
    expect(resolveTarget({ region: 'us-west-2' }, {}, folder).clientConfig.region).toBe('us-west-2');
  });
});

describe('the announcement', () => {
  it('is seen in folders below', () => {
    announce();
    mkdirSync(join(folder, 'a', 'b'), { recursive: true });
    expect(readSandbox(join(folder, 'a', 'b'))?.url).toBe(URL_HERE);
  });

  it('is taken back by its own process only', () => {
    announce(NO_PROCESS);
    forgetSandbox(folder);
    expect(readSandbox(folder)).toBeDefined();
    announce();
    forgetSandbox(folder);
    expect(readSandbox(folder)).toBeUndefined();
  });
});
