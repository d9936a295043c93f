import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline } from '../support/pipeline.ts';

const environment = (name: string, changes: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy => ({
  name,
  strategy: { type: 'allAtOnce' },
  ...changes,
});
const SLOW = environment('production', {
  strategy: { type: 'canary', percent: 10, minutes: 30 },
  onInconclusive: 'promote',
});
const EMERGENCY_SAID = { emergency: { by: 'bob', why: 'orders are lost' } };
const EXPEDITED_SAID = { expedite: { by: 'bob', why: 'lost' } };
const EMERGENCY = JSON.stringify(EMERGENCY_SAID);

let pipeline: Pipeline;
let count = 0;
/** Every test releases versions of its own. */
const next = () => `1.${++count}.0`;
beforeAll(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy([environment('production')]);
  await pipeline.release(next());
});
afterAll(() => pipeline.close());
beforeEach(async () => {
  await setSwitch('*', false);
  await setSwitch('orders', false);
  await pipeline.setPolicy([environment('production')]);
  pipeline.webhook.length = 0;
});

/** What `weighbridge freeze` and `unfreeze` write. */
async function setSwitch(scope: string, frozen: boolean): Promise<void> {
  const at = new Date(pipeline.sandbox.world.clock.now()).toISOString();
  const Item = { pk: 'freeze', sk: scope, scope, frozen, by: 'ana', why: 'audit', at, revision: 1 };
  const table = DynamoDBDocumentClient.from(new DynamoDBClient(pipeline.sandbox.clientConfig));
  await table.send(new PutCommand({ TableName: pipeline.ledgerTable, Item }));
}
const current = async (name = 'production') =>
  (await pipeline.items()).find(({ pk }) => pk === `current#orders#${name}`)?.['release'];
/** Uploads, and waits until the execution is in a state. */
async function until(state: string, version: string): Promise<string> {
  const before = (await pipeline.executions()).length;
  await pipeline.upload(version);
  const arn = await pipeline.until(async () => (await pipeline.executions())[before]);
  await pipeline.eventually(
    () => pipeline.states(arn),
    (states) => states.includes(state),
  );
  return arn;
}

describe('a freeze', () => {
  it.each(['*', 'orders'])(
    'of %s refuses a release before anything changes, and lifted lets the same one in',
    async (scope) => {
      await setSwitch(scope, true);
      const [served, version] = [await pipeline.serves(), next()];
      const { states, error, cause } = await pipeline.release(version);
      expect(states).toEqual(['LoadRelease', 'BeginRollout', 'RejectRelease', 'Rejected']);
      expect(error).toBe('NotReadyError');
      expect(cause).toMatch(/(all functions are|orders is) frozen by ana since .*: audit; .*unfreeze.*--emergency/);
      expect(await pipeline.serves()).toBe(served);
      expect(await pipeline.lockOwner()).toBe('');
      expect(pipeline.webhook).toHaveLength(1);
      await setSwitch(scope, false);
      expect((await pipeline.release(version)).status).toBe('SUCCEEDED');
    },
  );

  it('is not for a function whose policy says so, unless that itself is frozen', async () => {
    await setSwitch('*', true);
    await pipeline.setPolicy([environment('production', { frozenWithAll: false })]);
    expect((await pipeline.release(next())).status).toBe('SUCCEEDED');
    await setSwitch('orders', true);
    expect((await pipeline.release(next())).states.at(-1)).toBe('Rejected');
  });

  it('is passed by an emergency, which people are told of once and the ledger keeps', async () => {
    await setSwitch('*', true);
    const version = next();
    await pipeline.uploadManifest(version, EMERGENCY);
    const { status, arn } = await pipeline.release(version);
    expect(status).toBe('SUCCEEDED');
    expect(pipeline.webhook).toMatchObject([{ text: `orders ${version} was released during a freeze in production` }]);
    const record = (await pipeline.rollouts()).find(({ execution }) => execution === arn);
    expect(record?.passed).toMatch(
      /^an emergency of bob \(orders are lost\) passed this: all functions are frozen by ana/,
    );
    const begun = (await pipeline.items()).find(
      ({ pk, sk }) => pk === `rollout#${record?.id}` && sk.endsWith('BeginRollout'),
    );
    expect(begun).toMatchObject({ entry: { passed: record?.passed, release: { emergency: { by: 'bob' } } } });
  });

  it('tells nothing of an emergency that had nothing to pass', async () => {
    const version = next();
    await pipeline.uploadManifest(version, EMERGENCY);
    expect((await pipeline.release(version)).status).toBe('SUCCEEDED');
    expect(pipeline.webhook).toEqual([]);
  });

  it('lets what is under way go on, decides about what waits when its turn comes, and never stops a rollback', async () => {
    await pipeline.setPolicy([SLOW]);
    const [first, second] = [next(), next()];
    const underWay = await until('Bake', first);
    const waiting = await until('WaitForTurn', second);
    await setSwitch('*', true);
    expect((await pipeline.outcome(underWay)).status).toBe('SUCCEEDED');
    expect((await pipeline.outcome(waiting)).cause).toMatch(/frozen by ana/);
    expect(await current()).toBe(first);
    expect((await pipeline.rollBack()).status).toBe('SUCCEEDED');
    expect(await current()).not.toBe(first);
  });

  it('is passed by an emergency that is expedited too: it takes over, and people are told of it once', async () => {
    await pipeline.setPolicy([SLOW]);
    const [older, hotfix] = [next(), next()];
    const underWay = await until('Bake', older);
    await pipeline.setPolicy([environment('production')]);
    await setSwitch('*', true);
    await pipeline.uploadManifest(hotfix, JSON.stringify({ ...EMERGENCY_SAID, ...EXPEDITED_SAID }));
    const ended = await pipeline.release(hotfix);
    expect(ended.status).toBe('SUCCEEDED');
    expect((await pipeline.outcome(underWay)).cause).toContain(`taken over by ${hotfix}, which bob expedited: lost`);
    expect(pipeline.webhook).toMatchObject([
      { text: `orders ${older} was rolled back in production` },
      { text: `orders ${hotfix} was released during a freeze in production` },
    ]);
    expect(await current()).toBe(hotfix);
  });

  it('is not passed by being expedited: such a release ends no rollout in order to be refused then', async () => {
    await pipeline.setPolicy([SLOW]);
    const [older, hotfix] = [next(), next()];
    const underWay = await until('Bake', older);
    await setSwitch('*', true);
    await pipeline.uploadManifest(hotfix, JSON.stringify(EXPEDITED_SAID));
    expect((await pipeline.release(hotfix)).cause).toMatch(/frozen by ana/);
    expect((await pipeline.outcome(underWay)).status).toBe('SUCCEEDED');
    expect(await current()).toBe(older);
  });

  it('of one environment leaves the release in those before it, and later it goes on from there', async () => {
    const hour = (hours: number) => new Date(pipeline.sandbox.world.clock.now() + hours * 3_600_000).toISOString();
    const frozen = environment('production', { freezes: [{ from: hour(-1), until: hour(2), why: 'inventory' }] });
    await pipeline.setPolicy([environment('staging'), frozen]);
    const version = next();
    const { cause, states } = await pipeline.release(version);
    expect(states.at(-1)).toBe('Rejected');
    expect(cause).toMatch(
      /was refused in production: .*the policy freezes production .*: inventory; it opens at .* \(in /,
    );
    expect(await current('staging')).toBe(version);
    await pipeline.sandbox.world.clock.sleep(2 * 3_600_000);
    const again = await pipeline.release(version);
    expect(again).toMatchObject({ status: 'SUCCEEDED', output: { outcome: 'Released' } });
    expect(again.states.filter((state) => state === 'Promote')).toHaveLength(1);
    expect(await current('production')).toBe(version);
  });
});

describe('a window', () => {
  it('refuses a release outside of it, and says when it opens', async () => {
    const now = new Date(pipeline.sandbox.world.clock.now());
    const day = (['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const)[(now.getUTCDay() + 1) % 7] ?? 'mon';
    const window = { days: [day], from: '09:00', to: '10:00', timeZone: 'UTC' };
    await pipeline.setPolicy([environment('production', { windows: [window] })]);
    const version = next();
    const { cause } = await pipeline.release(version);
    const opens = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1, 9)).toISOString();
    expect(cause).toContain(`production takes releases only on ${day} 09:00 to 10:00 UTC; it opens at ${opens}`);
    await pipeline.sandbox.world.clock.sleep(Date.parse(opens) - pipeline.sandbox.world.clock.now());
    expect((await pipeline.release(version)).status).toBe('SUCCEEDED');
  });
});
