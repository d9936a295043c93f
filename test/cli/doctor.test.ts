import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateAliasCommand,
  DeleteAliasCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adopt } from '../../cli/commands/adopt.ts';
import { doctor } from '../../cli/commands/doctor.ts';
import { restore } from '../../cli/commands/restore.ts';
import { policyPut } from '../../cli/commands/policy.ts';
import { connectTo } from '../../cli/connection.ts';
import type { Connection } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { checkEnvironment, type EnvironmentFacts } from '../../cli/doctor/environments.ts';
import type { Finding } from '../../cli/doctor/finding.ts';
import { permissionsInWords } from '../../cli/doctor/permissions.ts';
import { checkTrail } from '../../cli/doctor/trail.ts';
import { openLedger } from '../../cli/ledger.ts';
import type { LedgerView } from '../../cli/ledger.ts';
import { createOutput } from '../../cli/output.ts';
import { functionGateway } from '../../functions/aws/function-gateway.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import { rolloutBook } from '../../functions/aws/ledger-rollouts.ts';
import { ledgerTable } from '../../functions/aws/ledger-table.ts';
import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { deployAssembly, type DeployedStack } from '../../sandbox/cloudformation/deploy-assembly.ts';
import type { Principal } from '../../sandbox/core/service.ts';
import { createSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { synthesised } from '../support/pipeline.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const PLACE = { function: 'orders', environment: 'production' };
const CURRENT = { release: '1.0.0', codeSha256: 'abc', lambdaVersion: '1', rollout: 'r/production', at: '' };
const CHANGE = { eventId: 'e', action: 'UpdateAlias', at: '2026-01-01T11:59:00Z', by: 'ana', version: '3' };
const ROLLOUT = { ...PLACE, release: '1.1.0', startedAt: '2026-01-01T11:00:00Z', status: 'running' } as RolloutRecord;

function facts(given: Partial<EnvironmentFacts>): EnvironmentFacts {
  const nothing = {
    routing: undefined,
    current: undefined,
    change: undefined,
    lock: undefined,
    rollout: undefined,
    execution: undefined,
  };
  return { ...PLACE, alias: 'live', ...nothing, ...given };
}

describe('doctor, of the trail', () => {
  const promoted = (given: Partial<RolloutRecord> = {}): RolloutRecord => ({
    ...ROLLOUT,
    status: 'promoted',
    saved: { version: '1', weights: {} },
    candidate: '2',
    startedAt: '2026-01-01T11:00:00.500Z',
    endedAt: '2026-01-01T11:10:00Z',
    ...given,
  });
  const OLD = promoted({ release: '1.0.0', startedAt: '2025-12-01T11:00:00Z', endedAt: '2025-12-01T11:10:00Z' });

  it.each([
    { name: 'nothing was ever promoted', rollouts: [], seen: undefined, says: /not known until a release/ },
    {
      name: 'the newest promotion was reported, to the second',
      rollouts: [OLD, promoted()],
      seen: '2026-01-01T11:00:00Z',
      says: /a trail delivers/,
    },
    {
      name: 'the newest promotion may still be reported',
      rollouts: [OLD, promoted({ endedAt: '2026-01-01T11:50:00Z' })],
      seen: '2025-12-01T11:05:00Z',
      says: /a trail delivers/,
    },
    {
      name: 'the newest rollout moved nothing',
      rollouts: [OLD, promoted({ saved: { version: '2', weights: {} } }), promoted({ status: 'rolledBack' })],
      seen: '2025-12-01T11:05:00Z',
      says: /a trail delivers/,
    },
  ])('finds it in order when $name', ({ rollouts, seen, says }) => {
    expect(checkTrail(rollouts, seen, NOW)).toMatchObject({
      ok: true,
      message: expect.stringMatching(says) as string,
    });
  });

  it.each([
    { name: 'no promotion was ever reported', seen: undefined, says: /it has never reported one/ },
    { name: 'it stopped reporting', seen: '2025-12-01T11:05:00Z', says: /the last one .* was at 2025-12-01 11:05:00/ },
  ])('finds that changes go unseen when $name', ({ seen, says }) => {
    const found = checkTrail([promoted(), OLD], seen, NOW);
    expect(found).toMatchObject({ ok: false, todo: expect.stringMatching(/get-event-selectors/) as string });
    expect(found.message).toMatch(/the promotion of orders 1\.1\.0 in production \(2026-01-01 11:10:00\)/);
    expect(found.message).toMatch(says);
  });
});

describe('doctor, of one environment', () => {
  const one = { version: '1', weights: {} };
  const lock = { owner: 'arn:x', rollout: 'r/production', fence: 1 };

  it.each([
    { name: 'finds an environment without releases in order', given: {}, says: 'nothing released yet' },
    { name: 'finds an alias from before in order', given: { routing: one }, says: 'not released by this pipeline yet' },
    {
      name: 'finds an alias at the current release in order',
      given: { routing: one, current: CURRENT },
      says: '1.0.0',
    },
    {
      name: 'finds a split under way in order',
      given: { routing: { version: '1', weights: { 2: 0.1 } }, rollout: ROLLOUT, execution: 'RUNNING' },
      says: 'execution running',
    },
    {
      name: 'finds a lock whose lease lasts in order',
      given: { lock: { ...lock, leaseUntil: NOW / 1000 + 1 } },
      says: 'held by rollout r/production until 2026-01-01 12:00:01',
    },
  ])('$name', ({ given, says }) => {
    const found = checkEnvironment(facts(given), NOW);
    expect(found.filter(({ ok }) => !ok)).toEqual([]);
    expect(found.map(({ message }) => message).join('\n')).toContain(says);
  });

  it.each([
    {
      name: 'an alias that somebody moved',
      given: { routing: { version: '3', weights: {} }, current: CURRENT },
      says: /alias live is at version 3, but the ledger says 1.0.0 \(version 1\)/,
      todo: /weighbridge restore --function orders --environment production --why …, or accept it: weighbridge adopt --function orders --environment production/,
    },
    {
      name: 'who moved an alias when',
      given: { routing: { version: '3', weights: {} }, current: CURRENT, change: CHANGE },
      says: /alias live is at version 3 \(changed by ana at 2026-01-01T11:59:00Z \(UpdateAlias to version 3\)\), but/,
      todo: /weighbridge restore/,
    },
    {
      name: 'an alias that somebody deleted',
      given: { current: CURRENT },
      says: /alias live is gone/,
      todo: /weighbridge restore --function orders --environment production --why …/,
    },
    {
      name: 'a split that nobody ends',
      given: { routing: { version: '1', weights: { 2: 0.1 } }, current: CURRENT },
      says: /no rollout is under way/,
      todo: /end it: weighbridge restore --function orders --environment production --why …/,
    },
    {
      name: 'a rollout whose execution died',
      given: { rollout: ROLLOUT, execution: 'ABORTED' },
      says: /1.1.0 since 2026-01-01 11:00:00 is open, but its execution is aborted/,
      todo: /Reconcile/,
    },
    {
      name: 'a lease that ran out',
      given: { lock: { ...lock, leaseUntil: NOW / 1000 } },
      says: /its lease ran out at 2026-01-01 12:00:00/,
      todo: /arn:x/,
    },
  ])('finds $name, and says what to do', ({ given, says, todo }) => {
    const problems = checkEnvironment(facts(given), NOW).filter(({ ok }) => !ok);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(says);
    expect(problems[0]?.todo).toMatch(todo);
  });
});

describe('doctor, adopt and restore in a sandbox', () => {
  let sandbox: Sandbox;
  let stack: DeployedStack;
  let connection: Connection;
  let ledger: LedgerView;
  let lambda: LambdaClient;
  let folder: string;

  beforeAll(async () => {
    sandbox = await createSandbox({ clock: { kind: 'virtual' }, port: 0 });
    stack = await deployAssembly(sandbox.world, { assembly: synthesised(), stack: 'Weighbridge' });
    await deployAssembly(sandbox.world, { assembly: synthesised(), stack: 'WeighbridgeExample' });
    connection = connectTo({ kind: 'sandbox', clientConfig: sandbox.clientConfig });
    ledger = await openLedger(connection);
    lambda = new LambdaClient(sandbox.clientConfig);
    folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    const environments = [{ name: 'production', strategy: { type: 'allAtOnce' } }];
    writeFileSync(join(folder, 'policy.json'), JSON.stringify({ environments }));
    await policyPut(join(folder, 'policy.json'), { function: 'orders' }, context().context);
    await lambda.send(new PublishVersionCommand({ FunctionName: 'orders' }));
    const alias = { FunctionName: 'orders', Name: 'production', FunctionVersion: '1' };
    await lambda.send(new CreateAliasCommand(alias));
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  function context(): { context: Context; said: () => string } {
    let text = '';
    const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
    return { context: { out, connection, signal: new AbortController().signal }, said: () => text };
  }

  async function problems(): Promise<Finding[]> {
    const { context: quiet, said } = context();
    await doctor({ json: true }, quiet);
    return (JSON.parse(said()) as Finding[]).filter(({ ok }) => !ok);
  }

  it('finds a fresh pipeline in order', async () => {
    const { context: at, said } = context();
    expect(await doctor({}, at)).toBe(true);
    expect(said()).toMatch(/ok +stack +Weighbridge +deployed in sandbox/);
    expect(said()).toMatch(/ok +policy +orders +valid: production/);
    expect(said()).toMatch(/ok +undelivered events .* none/);
  });

  it('finds a missing stack, and nothing more', async () => {
    const other = connectTo(connection.target, 'Other');
    const { context: at, said } = context();
    expect(await doctor({}, { ...at, connection: other })).toBe(false);
    expect(said()).toMatch(/problem +stack +Other +no stack named Other/);
  });

  it('finds an alias that was moved; adopting it puts that right', async () => {
    await ledger.recordCurrent(PLACE, { ...CURRENT, lambdaVersion: '9' });
    expect(await problems()).toMatchObject([{ check: 'alias', subject: 'orders production' }]);
    await expect(adopt(PLACE, context().context)).rejects.toThrow(/say which version it is with --release/);
    const { context: at, said } = context();
    await adopt({ ...PLACE, release: '1.0.1', why: 'hot fix' }, at);
    expect(said()).toBe('orders production is now 1.0.1 (version 1) in the ledger too\n');
    expect(await ledger.current('orders', 'production')).toMatchObject({
      release: '1.0.1',
      lambdaVersion: '1',
      rollout: expect.stringMatching(/^adopted by arn:.*: hot fix$/) as string,
    });
    expect(await ledger.lock('orders', 'production')).toMatchObject({ owner: '' });
    expect(await problems()).toEqual([]);
  });

  it.each([
    {
      name: 'an environment that the policy lacks',
      options: { environment: 'moon' },
      says: /expected one of production/,
    },
    { name: 'a function without a policy', options: { function: 'nobody' }, says: /nobody has no policy/ },
    { name: 'a release that is no version', options: { release: 'v1' }, says: /semantic version/ },
  ])('does not adopt $name', async ({ options, says }) => {
    await expect(adopt({ ...PLACE, ...options }, context().context)).rejects.toThrow(says);
  });

  it('does not adopt while a rollout holds the lock', async () => {
    const now = sandbox.world.clock.now();
    const claim = { owner: 'arn:other', rollout: 'other/production', now, leaseUntil: now / 500 };
    await ledger.takeLock(PLACE, claim);
    await expect(adopt(PLACE, context().context)).rejects.toThrow(/is locked by other\/production/);
    await ledger.freeLock(PLACE, 'arn:other');
  });

  it('restores an alias that somebody moved, says so, and finds nothing to do the second time', async () => {
    const version = await anotherVersion();
    const [FunctionName, Name] = ['orders', 'production'];
    await lambda.send(new UpdateAliasCommand({ FunctionName, Name, FunctionVersion: version }));
    expect(await problems()).toMatchObject([{ check: 'alias', todo: expect.stringMatching(/restore/) as string }]);
    const { context: at, said } = context();
    await ledger.recordCurrent(PLACE, CURRENT);
    await expect(restore({ ...PLACE, why: 'a slip' }, at)).rejects.toThrow(/has other code/);
    const { codeSha256 } = (await functionGateway(lambdaHost({ sdk: sandbox.clientConfig })).describe(
      'orders',
      '1',
    )) ?? { codeSha256: '' };
    await ledger.recordCurrent(PLACE, { ...CURRENT, codeSha256, release: '1.0.1' });
    await restore({ ...PLACE, why: 'a slip' }, at);
    await restore({ ...PLACE, why: 'a slip' }, at);
    expect(said().split('\n').slice(0, 2)).toEqual([
      `alias production of orders is back at 1.0.1 (version 1); it was at version ${version} with 100 %`,
      'alias production of orders is at 1.0.1 (version 1) already',
    ]);
    expect(await ledger.changes.latest(PLACE)).toMatchObject({
      action: 'restore',
      by: expect.stringMatching(/^arn:/) as string,
      why: 'a slip',
    });
    expect(await ledger.lock('orders', 'production')).toMatchObject({ owner: '' });
    expect(await problems()).toEqual([]);
  });

  it('makes a deleted alias again', async () => {
    await lambda.send(new DeleteAliasCommand({ FunctionName: 'orders', Name: 'production' }));
    expect(await problems()).toMatchObject([{ check: 'alias', message: expect.stringMatching(/is gone/) as string }]);
    await restore({ ...PLACE, why: 'a slip' }, context().context);
    expect(await problems()).toEqual([]);
  });

  it('refuses to restore what nobody recorded, and under a rollout whose lease ran out', async () => {
    await expect(restore({ ...PLACE, environment: 'moon', why: 'x' }, context().context)).rejects.toThrow(
      /knows no release/,
    );
    const table = ledgerTable(
      lambdaHost({ env: { LEDGER_TABLE: stack.outputs['LedgerTableName'] ?? '' }, sdk: sandbox.clientConfig }),
    );
    const record = {
      ...ROLLOUT,
      id: 'slow/production',
      alias: 'production',
      execution: 'arn:slow',
      fence: 1,
      saved: null,
      stable: null,
      stableRelease: null,
      strategy: 'canary',
    };
    await rolloutBook(table).openRollout(record);
    await expect(restore({ ...PLACE, why: 'x' }, context().context)).rejects.toThrow(
      /slow\/production .* is still open/,
    );
    await rolloutBook(table).updateRollout(record, { status: 'stopped' });
  });

  it('does not adopt a split', async () => {
    const [FunctionName, Name] = ['orders', 'production'];
    const Version = await anotherVersion();
    const route = (weights: Record<string, number>) =>
      lambda.send(new UpdateAliasCommand({ FunctionName, Name, RoutingConfig: { AdditionalVersionWeights: weights } }));
    await route({ [Version]: 0.1 });
    await expect(adopt({ ...PLACE, release: '1.0.1' }, context().context)).rejects.toThrow(/alias production is split/);
    expect(await problems()).toMatchObject([{ check: 'alias', message: expect.stringMatching(/is split/) as string }]);
    await route({});
  });

  it('counts events that nobody got', async () => {
    const QueueUrl = stack.outputs['UndeliveredQueueUrl'];
    await new SQSClient(sandbox.clientConfig).send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    expect(await problems()).toMatchObject([{ check: 'undelivered events', message: '1 waiting' }]);
  });

  it('tells what a role used, what it never used, and what it was refused', async () => {
    const roleName = role(/^ShiftTraffic.*Role/);
    const principal: Principal = { kind: 'role', roleName, sessionName: 'test' };
    await sandbox.world.call('Lambda', 'GetAlias', { FunctionName: 'orders', Name: 'production' }, principal);
    const refused = sandbox.world.call('Lambda', 'DeleteFunction', { FunctionName: 'orders' }, principal);
    await expect(refused).rejects.toThrow(/not authorized to perform: lambda:DeleteFunction/);
    const { context: at, said } = context();
    expect(await doctor({ permissions: true }, at)).toBe(false);
    const lines = said().split('\n');
    const mine = lines.slice(lines.indexOf(roleName) + 1);
    expect(mine[0]).toMatch(/^ {2}refused {2}lambda:DeleteFunction on arn:aws:lambda:.*:function:orders$/);
    expect(mine.join('\n')).toMatch(/used {5}lambda:GetAlias {2}once on arn:aws:lambda:.*:function:orders/);
    expect(mine.join('\n')).toMatch(/unused {3}lambda:UpdateAlias/);
  });

  it('says that only a sandbox knows what was used', async () => {
    const aws = connectTo({ kind: 'aws', clientConfig: {} });
    const asked = doctor({ permissions: true }, { ...context().context, connection: aws });
    await expect(asked).rejects.toThrow(/doctor --permissions is a sandbox command/);
  });

  async function anotherVersion(): Promise<string> {
    const FunctionName = 'orders';
    const Description = `another, ${sandbox.world.clock.now()}`;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description }));
    await waitUntilFunctionUpdatedV2({ client: lambda, maxWaitTime: 20, minDelay: 0.1 }, { FunctionName });
    return (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version ?? '';
  }

  function role(logicalId: RegExp): string {
    const found = Object.entries(stack.resources).find(([id]) => logicalId.test(id));
    return found?.[1] ?? '';
  }
});

describe('permissionsInWords', () => {
  it('says what was used how often, and which actions of a used statement were not', () => {
    const statement = {
      policy: 'Default',
      index: 0,
      allowed: 2,
      actions: ['s3:GetObject'],
      resources: ['a', 'b', 'c', 'd'],
    };
    const usage = { roleName: 'R', denied: [], statements: [{ ...statement, unusedActions: ['s3:PutObject'] }] };
    expect(permissionsInWords(usage)).toEqual([
      'R',
      '  used     s3:GetObject  2 times on a, b, c and 1 more  (Default, statement 1)',
      '  unused   s3:PutObject  (same statement)',
    ]);
  });
});
