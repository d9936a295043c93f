import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupMove, groupVerdict, type GroupBake, type MemberVerdict } from '../../../domain/group/verdict.ts';

const KINDS = ['healthy', 'inconclusive', 'unhealthy'] as const;
const SEVERITY = { healthy: 0, inconclusive: 1, unhealthy: 2 };
const member = (kind: MemberVerdict['kind'], name = 'orders'): MemberVerdict => ({
  ...{ function: name, environment: 'production', kind, reason: `it is ${kind}` },
});
const members = fc.array(
  fc.record({
    function: fc.constantFrom('orders', 'billing', 'web'),
    environment: fc.constantFrom('staging', 'production'),
    kind: fc.constantFrom(...KINDS),
    reason: fc.string(),
  }),
  { maxLength: 8 },
);

describe('a group’s verdict', () => {
  it('is that of the worst member, whose reason comes first', () => {
    const { kind, reasons } = groupVerdict([
      member('healthy'),
      member('inconclusive', 'web'),
      member('unhealthy', 'billing'),
    ]);
    expect(kind).toBe('unhealthy');
    expect(reasons).toEqual([
      'billing production: it is unhealthy',
      'web production: it is inconclusive',
      'orders production: it is healthy',
    ]);
  });

  it('says so when there was nobody to judge', () => {
    expect(groupVerdict([])).toEqual({ kind: 'healthy', reasons: ['no member moved: every one was released before'] });
  });

  it('is never better than any member’s, is one of theirs, and names all of them', () => {
    fc.assert(
      fc.property(members, (all) => {
        const { kind, reasons } = groupVerdict(all);
        for (const one of all) expect(SEVERITY[kind]).toBeGreaterThanOrEqual(SEVERITY[one.kind]);
        if (all.length === 0) return;
        expect(all.map((one) => one.kind)).toContain(kind);
        expect(reasons).toHaveLength(all.length);
      }),
    );
  });

  it('is of the same kind in whatever order the members come', () => {
    fc.assert(
      fc.property(members, (all) => {
        expect(groupVerdict([...all].reverse()).kind).toBe(groupVerdict(all).kind);
      }),
    );
  });
});

const SINCE = Date.UTC(2026, 0, 1, 12);
const at = (minutes: number, kind: MemberVerdict['kind'], changes: Partial<GroupBake> = {}): GroupBake => ({
  ...{ now: SINCE + minutes * 60_000, since: SINCE, bakeSeconds: 600, arrivalSeconds: 120 },
  ...{ onInconclusive: 'release', verdict: groupVerdict([member(kind)]) },
  ...changes,
});

describe('a group’s next move', () => {
  it.each([
    { name: 'an unhealthy group at once', bake: at(0, 'unhealthy'), kind: 'rollBack' },
    { name: 'a healthy group within the bake', bake: at(9.5, 'healthy'), kind: 'bake', waitSeconds: 30 },
    { name: 'a healthy group after the bake', bake: at(10, 'healthy'), kind: 'release' },
    { name: 'an undecided one while figures arrive', bake: at(11, 'inconclusive'), kind: 'bake', waitSeconds: 60 },
    { name: 'an undecided one after that', bake: at(12, 'inconclusive'), kind: 'release' },
    {
      name: 'an undecided one that the group wants back',
      bake: at(12, 'inconclusive', { onInconclusive: 'rollBack' }),
      kind: 'rollBack',
    },
    {
      name: 'an undecided one without a joint bake',
      bake: at(0, 'inconclusive', { bakeSeconds: 0, onInconclusive: 'rollBack' }),
      kind: 'release',
    },
    { name: 'an unhealthy one without a joint bake', bake: at(0, 'unhealthy', { bakeSeconds: 0 }), kind: 'rollBack' },
  ])('is $kind for $name', ({ bake, kind, waitSeconds }) => {
    expect(groupMove(bake)).toMatchObject({ kind, ...(waitSeconds !== undefined && { waitSeconds }) });
  });

  it('says who decided when the verdict did not', () => {
    expect(groupMove(at(12, 'inconclusive')).reason).toBe(
      'by manifest, although orders production: it is inconclusive',
    );
    const back = groupMove(at(12, 'inconclusive', { onInconclusive: 'rollBack' }));
    expect(back.reason).toBe('by manifest, since orders production: it is inconclusive');
  });

  const bakes = fc.record({
    now: fc.integer({ min: SINCE, max: SINCE + 86_400_000 }),
    since: fc.constant(SINCE),
    bakeSeconds: fc.integer({ min: 0, max: 86_400 }),
    arrivalSeconds: fc.integer({ min: 0, max: 900 }),
    onInconclusive: fc.constantFrom('release' as const, 'rollBack' as const),
    verdict: members.map(groupVerdict),
  });

  it('never releases what is unhealthy, and takes back only that or what the group says', () => {
    fc.assert(
      fc.property(bakes, (bake) => {
        const { kind } = groupMove(bake);
        if (bake.verdict.kind === 'unhealthy') expect(kind).toBe('rollBack');
        if (bake.verdict.kind === 'healthy') expect(kind).not.toBe('rollBack');
        if (kind === 'rollBack' && bake.verdict.kind !== 'unhealthy') expect(bake.onInconclusive).toBe('rollBack');
      }),
    );
  });

  it('waits a minute at most each time, and comes to an end when the bake is over and all has arrived', () => {
    fc.assert(
      fc.property(bakes, (bake) => {
        const move = groupMove(bake);
        const over = (bake.now - bake.since) / 1000 >= bake.bakeSeconds + bake.arrivalSeconds;
        if (over) expect(move.kind).not.toBe('bake');
        if (move.kind !== 'bake') return;
        expect(move.waitSeconds).toBeGreaterThanOrEqual(1);
        expect(move.waitSeconds).toBeLessThanOrEqual(60);
      }),
    );
  });
});
