/** A published version of the function; `createdAt` is ISO 8601. */
export type PrunableVersion = { readonly version: string; readonly createdAt?: string | undefined };

/** A version that something refers to, and what does, in words. */
export type VersionReference = { readonly version: string; readonly why: string };

/** What pruning looks at. */
export type PruneInput = {
  readonly versions: readonly PrunableVersion[];
  readonly references: readonly VersionReference[];
  /** How many of the newest versions stay whatever else. */
  readonly keep: number;
  /** Which release a version was published for, where that is known. */
  readonly releases?: readonly { readonly version: string; readonly release: string }[];
};

/** Versions to delete, oldest first, and versions that stay, newest first, each with its reason. */
export type Pruning = { delete: string[]; keep: VersionReference[] };

const NUMBERED = /^[1-9][0-9]*$/;

/**
 * Decides which versions may go: all but the newest `keep` and those that anything refers to. Only numbered versions are
 * ever named, so that `$LATEST`, whose deletion is the deletion of the function, never is.
 */
export function prunable(input: PruneInput): Pruning {
  const newestFirst = [...new Set(input.versions.map((one) => one.version))]
    .filter((version) => NUMBERED.test(version))
    .sort((a, b) => Number(b) - Number(a));
  const reasons = newestFirst.map((version, index) => ({ version, why: whyKept(version, index, input) }));
  return {
    delete: reasons
      .filter(({ why }) => why === undefined)
      .map(({ version }) => version)
      .reverse(),
    keep: reasons.flatMap(({ version, why }) => (why === undefined ? [] : [{ version, why }])),
  };
}

function whyKept(version: string, index: number, { references, keep, releases }: PruneInput): string | undefined {
  const referring = references.filter((reference) => reference.version === version).map((reference) => reference.why);
  const newest = index < keep ? [keep === 1 ? 'the newest' : `one of the newest ${keep}`] : [];
  const why = [...new Set([...referring, ...newest])];
  if (why.length === 0) return undefined;
  const release = releases?.find((one) => one.version === version)?.release;
  return release === undefined ? why.join(', ') : `release ${release}: ${why.join(', ')}`;
}
