import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { history } from '../../cli/commands/history.ts';
import { connectTo } from '../../cli/connection.ts';
import { createOutput } from '../../cli/output.ts';
import type { Verified } from '../../cli/verify.ts';
import { lambdaHost } from '../../functions/aws/host.ts';
import { evidenceBook } from '../../functions/aws/ledger-evidence.ts';
import { ledgerTable, type LedgerTable } from '../../functions/aws/ledger-table.ts';
import type { ChainedEvidence } from '../../functions/rollout/records.ts';
import { Pipeline } from '../support/pipeline.ts';

type Item = { pk: string; sk: string } & Record<string, unknown>;

let pipeline: Pipeline;
let db: DynamoDBDocumentClient;
let table: LedgerTable;
/** A release that is promoted, one that is refused, one that never gets so far, and one that is rolled back. */
beforeAll(async () => {
  pipeline = await Pipeline.start();
  db = DynamoDBDocumentClient.from(new DynamoDBClient(pipeline.sandbox.clientConfig));
  const sdk = { maxAttempts: 1, ...pipeline.sandbox.clientConfig };
  table = ledgerTable(lambdaHost({ env: { LEDGER_TABLE: pipeline.ledgerTable }, sdk }));
  pipeline.startTraffic(5);
  await pipeline.setPolicy([{ name: 'production', strategy: { type: 'canary', percent: 20, minutes: 2 } }]);
  await pipeline.release('1.0.0');
  pipeline.behaviours.set('2', { failing: 0.5 });
  await pipeline.release('1.1.0');
  await pipeline.release('0.9.0');
  await pipeline.upload('v1');
  await pipeline.sandbox.world.clock.sleep(120_000);
}, 120_000);
afterAll(() => pipeline.close());

async function verified(): Promise<{ good: boolean; found: Verified[]; lines: string[] }> {
  const asked = async (json: boolean) => {
    let text = '';
    const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
    const connection = connectTo({ kind: 'sandbox', clientConfig: pipeline.sandbox.clientConfig });
    const context = { out, connection, signal: new AbortController().signal };
    return { good: await history({ limit: 1, verify: true, json, function: 'orders' }, context), text };
  };
  const lines = (await asked(false)).text.trimEnd().split('\n');
  const { good, text } = await asked(true);
  return { good, found: JSON.parse(text) as Verified[], lines };
}

const put = (Item: object) => db.send(new PutCommand({ TableName: pipeline.ledgerTable, Item: Item as Item }));
const items = async (pattern: RegExp) => (await pipeline.items()).filter(({ sk }) => pattern.test(sk)) as Item[];

/** Changes an item, looks what is said, and puts it back. */
async function tampered(pattern: RegExp, change: (item: Item) => Promise<unknown>): Promise<string[]> {
  const [item] = await items(pattern);
  if (!item) throw new Error(`expected an item like ${pattern}`);
  await change(item);
  const { good, lines } = await verified();
  await put(item);
  expect(good).toBe(false);
  return lines;
}

describe('weighbridge history --verify', () => {
  it('finds all in order that the pipeline wrote: promoted, rolled back, refused early and late', async () => {
    const { good, found, lines } = await verified();
    expect(found.flatMap(({ breaks }) => breaks)).toEqual([]);
    expect(good).toBe(true);
    expect(lines).toEqual([expect.stringMatching(/^4 rollouts with \d+ entries: all as they were written$/)]);
    expect(found.every(({ entries, head }) => entries > 0 && head)).toBe(true);
  });

  it('keeps in the record of each rollout the head of all its entries', async () => {
    const { found } = await verified();
    const sealed = (await pipeline.rollouts()).map((one) => [one.id, one.sealed?.count, one.sealed?.hash]);
    expect(sealed.sort()).toEqual(found.map(({ rollout, entries, head }) => [rollout, entries, head]).sort());
  });

  it('has the inputs, the bytes, the policy, each shift with the routing before and after, and how it ended', async () => {
    const [ours] = (await pipeline.rollouts()).filter(
      ({ release, status }) => release === '1.1.0' && status === 'rolledBack',
    );
    const entries = (await items(/^evidence#/)).filter(
      ({ pk }) => pk === `rollout#${ours?.id}`,
    ) as unknown as ChainedEvidence[];
    const entryOf = (state: string) => entries.find((one) => one.state === state)?.entry;
    expect(entryOf('BeginRollout')).toMatchObject({
      event: { detail: { object: { key: 'releases/orders/1.1.0/code.zip' } } },
      release: { codeSha256: ours?.codeSha256, bucket: pipeline.stack.outputs['ArtifactBucketName'] },
      policy: { strategy: 'canary', steps: [{ percent: 20 }] },
      saved: { version: '1', weights: {} },
    });
    expect(entryOf('ShiftTraffic')).toMatchObject({
      before: { version: '1', weights: {} },
      after: { version: '1', weights: { '2': 0.2 } },
    });
    expect(entryOf('EvaluateHealth')).toMatchObject({ figures: [expect.stringMatching(/^[0-9a-f]{64}$/)] });
    expect(entryOf('RollBack')).toMatchObject({ restored: { outcome: 'restored' }, ended: 'rolledBack' });
  });

  it('tells people the head of the evidence, where nobody who can write the ledger changes it', () => {
    const said = JSON.stringify(pipeline.webhook);
    expect(said).toMatch(/Evidence: \d+ entries, SHA-256 [0-9a-f]{64}/);
  });

  it.each([
    {
      name: 'altered',
      pattern: /^evidence#.*#ShiftTraffic$/,
      change: (item: Item) => put({ ...item, entry: { ...(item['entry'] as object), after: null } }),
      says: /entry \d+ \(ShiftTraffic, tick \d+\): expected hash [0-9a-f]{64}, got [0-9a-f]{64}/,
    },
    {
      name: 'deleted',
      pattern: /^evidence#.*#PublishVersion$/,
      change: ({ pk, sk }: Item) => db.send(new DeleteCommand({ TableName: pipeline.ledgerTable, Key: { pk, sk } })),
      says: /entr(y|ies) \d+.*: expected (it|them), got nothing/,
    },
    {
      name: 'cut off at the end',
      pattern: /^evidence#.*#NotifyRollback$/,
      change: ({ pk, sk }: Item) => db.send(new DeleteCommand({ TableName: pipeline.ledgerTable, Key: { pk, sk } })),
      says: /entry \d+: expected it, got nothing/,
    },
    {
      name: 'judged from other figures',
      pattern: /^figures#/,
      change: (item: Item) => put({ ...item, rows: '{}' }),
      says: /EvaluateHealth.*figures 1 with hash/,
    },
    {
      name: 'said to have ended otherwise',
      pattern: /^rollout#.*T/,
      change: ({ pk, sk }: Item) =>
        db.send(
          new UpdateCommand({
            TableName: pipeline.ledgerTable,
            Key: { pk, sk },
            UpdateExpression: 'SET #s = :s',
            ExpressionAttributeNames: { '#s': 'status' },
            ExpressionAttributeValues: { ':s': 'stopped' },
          }),
        ),
      says: /record: expected the status of its evidence/,
    },
  ])('finds that something was $name, and says what', async ({ pattern, change, says }) => {
    const lines = await tampered(pattern, change);
    expect(lines[0]).toMatch(says);
    expect(lines.at(-1)).toMatch(/1 not as written/);
    expect((await verified()).good).toBe(true);
  });
});

describe('appending evidence', () => {
  const at = '2026-01-01T00:00:00.000Z';

  it('chains what several write at the same moment, each once', async () => {
    const book = evidenceBook(table);
    const states = Array.from({ length: 12 }, (_, i) => `State${i}`);
    await Promise.all(
      [...states, ...states].map((state) => book.append('race', { state, tick: 1, at, entry: { state } })),
    );
    const entries = await book.evidence('race');
    expect(entries.map(({ seq }) => seq)).toEqual(states.map((_, i) => i + 1));
    expect(entries.map(({ previous }) => previous).slice(1)).toEqual(entries.map(({ hash }) => hash).slice(0, -1));
    expect(new Set(entries.map(({ state }) => state)).size).toBe(12);
    expect(await book.evidenceHead('race')).toEqual({ count: 12, hash: entries.at(-1)?.hash });
  });

  it('leaves the first entry of a state, tick and key', async () => {
    const book = evidenceBook(table);
    for (const entry of [{ first: true }, { first: false }])
      await book.append('twice', { state: 'A', tick: 1, at, entry });
    await book.append('twice', { state: 'A', tick: 1, key: 'more', at, entry: {} });
    expect((await book.evidence('twice')).map(({ entry }) => entry)).toEqual([{ first: true }, {}]);
  });
});
