import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drill } from '../../cli/commands/drill.ts';
import { connectTo } from '../../cli/connection.ts';
import type { Context } from '../../cli/context.ts';
import { checkDrill } from '../../cli/doctor/drill.ts';
import { startLocalSandbox, type LocalSandbox } from '../../cli/local-sandbox.ts';
import { createOutput } from '../../cli/output.ts';
import type { DrillRecord } from '../../functions/drill/records.ts';

describe('weighbridge drill', { timeout: 120_000 }, () => {
  let local: LocalSandbox;
  beforeAll(async () => {
    local = await startLocalSandbox({ clock: { kind: 'compressed', factor: 120 }, port: 0 });
  });
  afterAll(() => local.sandbox.close());

  function aContext(): { context: Context; said: () => string } {
    let text = '';
    const out = createOutput({ write: (more) => (text += more) }, { write: () => undefined });
    const connection = connectTo({ kind: 'sandbox', clientConfig: local.sandbox.clientConfig });
    return { context: { out, connection, signal: new AbortController().signal }, said: () => text };
  }

  it('runs a drill with the bundles that would be deployed, and shows what was asserted', async () => {
    const before = aContext();
    expect(await drill({ last: true }, before.context)).toBe(false);
    expect(before.said()).toMatch(/there has been no fire drill yet/);

    const { context, said } = aContext();
    const running = drill({ watch: true }, context);
    expect([await running, said()]).toEqual([true, expect.stringMatching(/bad candidate .*: passed/)]);
    expect(said()).toMatch(/ok +reaction +[\d.]+ s from the unhealthy verdict to the alias restored/);

    const last = aContext();
    expect(await drill({ last: true, json: true }, last.context)).toBe(true);
    expect(JSON.parse(last.said())).toMatchObject({ status: 'passed', by: expect.stringMatching(/^arn:/) as string });
  });

  it('does not start a second one beside the first', async () => {
    const { context, said } = aContext();
    expect(await drill({}, context)).toBe(true);
    expect(said()).toMatch(/drill started; see how it went with: weighbridge drill --last/);
    const again = async (): Promise<boolean> => drill({}, context);
    await expect.poll(() => again().catch(String), { timeout: 20_000 }).toMatch(/a drill is under way since/);
  });
});

describe('doctor on fire drills', () => {
  const NOW = Date.UTC(2026, 0, 31);
  const DAY = 24 * 3_600_000;
  const last = (daysAgo: number, changes: Partial<DrillRecord> = {}): DrillRecord => ({
    startedAt: new Date(NOW - daysAgo * DAY).toISOString(),
    execution: 'e',
    by: 'ana',
    status: 'passed',
    reactionSeconds: 1,
    ...changes,
  });

  it.each([
    { name: 'none yet', drill: undefined, ok: true, says: /none yet/ },
    { name: 'a fresh one', drill: last(2), ok: true, says: /passed: 1 s from the verdict/ },
    { name: 'an old one', drill: last(31), ok: false, says: /was 31 d ago/ },
    { name: 'a failed one', drill: last(1, { status: 'failed', reason: 'alias' }), ok: false, says: /failed: alias/ },
    { name: 'one under way', drill: last(0, { status: 'running' }), ok: true, says: /under way/ },
    { name: 'one that died', drill: last(1, { status: 'running' }), ok: false, says: /never ended/ },
  ])('says of $name whether that is in order', ({ drill: record, ok, says }) => {
    const [finding] = checkDrill(record, 'Weighbridge-Drill', NOW);
    expect(finding).toMatchObject({ ok, message: expect.stringMatching(says) as string });
  });

  it('says nothing where the stack has no drill', () => {
    expect(checkDrill(undefined, undefined, NOW)).toEqual([]);
  });
});
