import { canonical } from './canonical.ts';
import { BEGINNING, type Digest, hashOf, type Head, type Link, type Statement } from './chain.ts';

/** A rollout's evidence as it was found; links are missing where somebody took them away. */
export type FoundEntry = Statement & Partial<Link>;
/** Figures that a tick kept: parts in order, each as text. */
export type FoundFigures = { readonly tick: number; readonly rows: string };

/** What the rollout's own record says, as far as its evidence says the same. */
export type FoundRecord = {
  readonly id: string;
  readonly status: string;
  readonly release: string;
  readonly alias: string;
  readonly strategy: string;
  readonly codeSha256?: string | undefined;
  readonly saved: unknown;
  /** Set when it ended. */
  readonly sealed?: Head | undefined;
};

/** One way in which evidence is not what was written, with the entry that it concerns. */
export type Break = {
  readonly kind: 'missing' | 'altered' | 'misplaced' | 'truncated' | 'added' | 'figures' | 'record';
  /** Number of the entry; undefined when it is about none. */
  readonly seq?: number | undefined;
  readonly message: string;
};

/** Everything that belongs to one rollout. */
export type Found = {
  readonly record: FoundRecord;
  readonly entries: readonly FoundEntry[];
  readonly figures: readonly FoundFigures[];
};

/**
 * Holds a rollout's evidence against itself: every entry against its hash, its place and the hash before it; the whole
 * against the head that the record kept when the rollout ended; the kept figures against the hashes in the entries; and the
 * record against what the evidence says. Nothing found means that nothing was changed, left out, added or moved.
 */
export function verifyEvidence(found: Found, digest: Digest): Break[] {
  const linked = found.entries.filter((entry): entry is Statement & Link => isLinked(entry));
  const inOrder = linked.toSorted((a, b) => a.seq - b.seq);
  const asWritten = inOrder.filter((entry) => altered(found.record.id, entry, digest).length === 0);
  return [
    ...found.entries.filter((entry) => !isLinked(entry)).map(unlinked),
    ...inOrder.flatMap((entry, i) => misplaced(entry, inOrder[i - 1])),
    ...inOrder.flatMap((entry) => altered(found.record.id, entry, digest)),
    ...headBreaks(found.record, inOrder),
    ...figureBreaks(asWritten, found.figures, digest),
    ...recordBreaks(found.record, asWritten),
  ];
}

function isLinked(entry: FoundEntry): boolean {
  return Number.isInteger(entry.seq) && typeof entry.previous === 'string' && typeof entry.hash === 'string';
}

function unlinked({ state, tick }: FoundEntry): Break {
  return { kind: 'altered', message: `${state} at tick ${tick}: expected a place in the chain, got an entry without` };
}

/** The numbers rise by one from 1 on, and each entry names the hash of the one before it. */
function misplaced(entry: Statement & Link, before: (Statement & Link) | undefined): Break[] {
  const { seq, previous } = entry;
  const expected = (before?.seq ?? 0) + 1;
  if (seq === before?.seq)
    return [broken('added', entry, `a number of its own`, `${seq}, which ${before.state} has too`)];
  if (seq < expected) return [broken('misplaced', entry, `a number from ${expected} on`, String(seq))];
  if (seq > expected) return [{ kind: 'missing', seq: expected, message: missing(expected, seq - 1) }];
  const hash = before?.hash ?? BEGINNING;
  return previous === hash ? [] : [broken('misplaced', entry, `${hash} before it`, previous)];
}

function missing(from: number, to: number): string {
  return from === to
    ? `entry ${from}: expected it, got nothing`
    : `entries ${from} to ${to}: expected them, got nothing`;
}

function altered(rollout: string, entry: Statement & Link, digest: Digest): Break[] {
  const hash = hashOf(rollout, entry, digest);
  return hash === entry.hash ? [] : [broken('altered', entry, `hash ${entry.hash}`, hash)];
}

/** Running rollouts have no head yet: what is cut off their end is not noticed. */
function headBreaks({ status, sealed }: FoundRecord, entries: readonly (Statement & Link)[]): Break[] {
  if (!sealed) {
    if (status === 'running') return [];
    return [
      { kind: 'record', message: 'record: expected the head of the evidence, since the rollout has ended, got none' },
    ];
  }
  const last = entries.at(-1);
  const count = last?.seq ?? 0;
  if (count < sealed.count) {
    return [{ kind: 'truncated', seq: count + 1, message: missing(count + 1, sealed.count) }];
  }
  const added = entries.filter(({ seq }) => seq > sealed.count);
  const atHead = entries.find(({ seq }) => seq === sealed.count);
  const other = (atHead?.hash ?? BEGINNING) !== sealed.hash && (atHead !== undefined || sealed.count === 0);
  const name = `entry ${sealed.count}`;
  return [
    ...(other
      ? [
          {
            kind: 'altered' as const,
            seq: sealed.count,
            message: `${name}: expected hash ${sealed.hash}, which the record kept as the last, got ${atHead?.hash ?? 'nothing'}`,
          },
        ]
      : []),
    ...added.map((entry) => broken('added', entry, `the last of ${sealed.count} entries before it`, 'one more')),
  ];
}

/** Each tick's entry has the hashes of the parts of its figures. */
function figureBreaks(
  entries: readonly (Statement & Link)[],
  figures: readonly FoundFigures[],
  digest: Digest,
): Break[] {
  const said = new Map<number, { entry: Statement & Link; hashes: readonly string[] }>();
  for (const entry of entries) {
    const hashes = (entry.entry as { figures?: readonly string[] }).figures;
    if (entry.state === 'EvaluateHealth' && hashes) said.set(entry.tick, { entry, hashes });
  }
  const last = Math.max(-1, ...said.keys());
  const strangers = new Set(figures.map(({ tick }) => tick).filter((tick) => !said.has(tick) && tick < last));
  return [
    ...[...said].flatMap(([tick, { entry, hashes }]) => {
      const kept = figures.filter((one) => one.tick === tick).map(({ rows }) => digest(rows));
      return figureBreak(entry, hashes, kept);
    }),
    ...[...strangers].map((tick) => ({
      kind: 'figures' as const,
      message: `figures of tick ${tick}: expected none, since no entry tells of them, got some`,
    })),
  ];
}

function figureBreak(entry: Statement & Link, said: readonly string[], kept: readonly string[]): Break[] {
  if (kept.length !== said.length)
    return [broken('figures', entry, `${said.length} parts of figures`, String(kept.length))];
  const part = said.findIndex((hash, i) => hash !== kept[i]);
  if (part < 0) return [];
  return [broken('figures', entry, `figures ${part + 1} with hash ${said[part]}`, kept[part] ?? 'nothing')];
}

/** What the record says of the rollout's beginning and end, its evidence says too. */
function recordBreaks(record: FoundRecord, entries: readonly (Statement & Link)[]): Break[] {
  const begun = entries.find(({ state }) => state === 'BeginRollout')?.entry as Beginning | undefined;
  const ended = entries.map(({ entry }) => (entry as { ended?: string }).ended).findLast((one) => one !== undefined);
  const pairs: [string, unknown, unknown][] = [
    ...(begun?.release && begun.policy
      ? ([
          ['release', begun.release.version, record.release],
          ['code digest', begun.release.codeSha256, record.codeSha256],
          ['alias', begun.policy.alias, record.alias],
          ['strategy', begun.policy.strategy, record.strategy],
          ['saved routing', begun.saved, record.saved],
        ] as [string, unknown, unknown][])
      : []),
    ...(ended === undefined ? [] : ([['status', ended, record.status]] as [string, unknown, unknown][])),
  ];
  return pairs
    .filter(([, told, found]) => canonical(told ?? null) !== canonical(found ?? null))
    .map(([what, told, found]) => ({
      kind: 'record',
      message: `record: expected the ${what} of its evidence, ${canonical(told ?? null)}, got ${canonical(found ?? null)}`,
    }));
}

type Beginning = {
  release?: { version: string; codeSha256: string };
  policy?: { alias: string; strategy: string };
  saved?: unknown;
};

function broken(kind: Break['kind'], { seq, state, tick }: Statement & Link, expected: string, got: string): Break {
  return { kind, seq, message: `entry ${seq} (${state}, tick ${tick}): expected ${expected}, got ${got}` };
}
