import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildExample } from '../../examples/orders/build.ts';
import { weighbridge } from './weighbridge.ts';

let cwd: string;

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'bad-input-'));
  const zip = await buildExample('1.0.0');
  writeFileSync(join(cwd, 'good.zip'), zip);
  writeFileSync(join(cwd, 'not-a.zip'), 'hello');
  writeFileSync(join(cwd, 'cut-off.zip'), zip.subarray(0, zip.length - 40));
  // An end-of-central-directory record and nothing else is what an empty zip is.
  writeFileSync(join(cwd, 'empty.zip'), Buffer.concat([Buffer.from('PK\u0005\u0006'), Buffer.alloc(18)]));
  writeFileSync(join(cwd, 'text.json'), '{"contract": [');
  writeFileSync(join(cwd, 'wrong.json'), '[{"name": "a", "event": {}, "expects": {}}]');
  writeFileSync(join(cwd, 'number.json'), '7');
  writeFileSync(
    join(cwd, 'policy.json'),
    JSON.stringify({ environments: [{ name: 'production', strategy: { type: 'fast' } }] }),
  );
  mkdirSync(join(cwd, 'folder.zip'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const NOWHERE = ['--sandbox', 'http://127.0.0.1:9'];
const release = (zip: string, ...more: string[]): string[] => ['release', zip, ...more, ...NOWHERE];
const named = ['--function', 'orders', '--version', '1.0.0'];

interface Row {
  readonly name: string;
  readonly args: readonly string[];
  readonly code: 1 | 2;
  readonly says: RegExp;
}

describe('the command line refuses', () => {
  it.concurrent.each<Row>([
    { name: 'an unknown command', args: ['relase'], code: 2, says: /unknown command 'relase'/ },
    { name: 'an unknown option', args: ['status', '--fast'], code: 2, says: /unknown option '--fast'/ },
    { name: 'a release without a zip', args: ['release', ...named], code: 2, says: /missing required argument 'zip'/ },
    { name: 'a release without a function', args: release('good.zip'), code: 2, says: /required option '--function/ },
    {
      name: 'a version that is not semantic',
      args: release('good.zip', '--function', 'orders', '--version', 'v1.0'),
      code: 2,
      says: /expected a semantic version/,
    },
    {
      name: 'a function name that Lambda would not take',
      args: release('good.zip', '--function', 'my orders', '--version', '1.0.0'),
      code: 2,
      says: /expected a function name/,
    },
    {
      name: 'a file that is not there',
      args: release('gone.zip', ...named),
      code: 1,
      says: /cannot read gone.zip: ENOENT/,
    },
    { name: 'a folder', args: release('folder.zip', ...named), code: 1, says: /it is a folder: zip its contents/ },
    {
      name: 'a file that is no zip',
      args: release('not-a.zip', ...named),
      code: 1,
      says: /not-a.zip is not a zip file/,
    },
    { name: 'half a zip', args: release('cut-off.zip', ...named), code: 1, says: /cut-off.zip is not a zip file/ },
    { name: 'an empty zip', args: release('empty.zip', ...named), code: 1, says: /empty.zip is an empty zip/ },
    {
      name: 'a contract that is not there',
      args: release('good.zip', ...named, '--contract', 'gone.json'),
      code: 1,
      says: /cannot read gone.json/,
    },
    {
      name: 'a contract that is not JSON',
      args: release('good.zip', ...named, '--contract', 'text.json'),
      code: 1,
      says: /text.json is not JSON/,
    },
    {
      name: 'a contract that is a number',
      args: release('good.zip', ...named, '--contract', 'number.json'),
      code: 1,
      says: /number.json: expected a list of contract cases/,
    },
    {
      name: 'a contract with an unknown key',
      args: release('good.zip', ...named, '--contract', 'wrong.json'),
      code: 1,
      says: /contract.*expects/,
    },
    {
      name: 'an endpoint where nobody listens',
      args: release('good.zip', ...named),
      code: 1,
      says: /nothing answers at 127.0.0.1:9 \(ECONNREFUSED\): is the sandbox running/,
    },
    {
      name: 'a policy that does not validate',
      args: ['policy', 'put', 'policy.json', '--function', 'orders', ...NOWHERE],
      code: 1,
      says: /strategy/,
    },
    {
      name: 'no credentials',
      args: ['status', '--region', 'us-east-1'],
      code: 1,
      says: /no AWS credentials: set AWS_PROFILE/,
    },
    {
      name: 'two targets',
      args: ['status', '--aws', '--sandbox', 'http://127.0.0.1:9'],
      code: 2,
      says: /exclude each other/,
    },
    {
      name: 'a sandbox that is not there',
      args: ['status', '--sandbox'],
      code: 1,
      says: /no sandbox runs in this folder/,
    },
    { name: 'an unknown clock', args: ['sandbox', '--clock', 'fast'], code: 2, says: /--clock: expected `real`/ },
    { name: 'a port that is none', args: ['sandbox', '--port', 'x'], code: 2, says: /expected a whole number/ },
    {
      name: 'a placeholder whose name Lambda would not take',
      args: ['sandbox', '--function', 'my function'],
      code: 2,
      says: /--function: expected a function name/,
    },
  ])('$name', async ({ args, code, says }) => {
    const ended = await weighbridge(args, { cwd });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toMatch(/^weighbridge: /m);
    expect(
      ended.stderr
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('weighbridge: ')),
    ).toHaveLength(1);
    expect(ended.stderr).not.toMatch(/^\s+at /m);
    expect(ended.stdout).toBe('');
    expect(ended.code).toBe(code);
  });
});

describe('the command line without an endpoint', () => {
  it('shows its help', async () => {
    const { code, stdout } = await weighbridge(['--help'], { cwd });
    expect(code).toBe(0);
    for (const command of ['sandbox', 'release', 'status', 'history', 'watch', 'policy', 'approve', 'reject'])
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  });

  it('prints the schema of policies', async () => {
    const { code, stdout } = await weighbridge(['policy', 'schema'], { cwd });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ title: 'Weighbridge policy', required: ['environments'] });
  });
});
