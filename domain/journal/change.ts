/** Code in S3: exactly that object version. `versionId` is `null` as text where the bucket keeps no versions. */
export type CodeObject = {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
  /** SHA-256 of the zip in base64, as Lambda reports it. */
  readonly codeSha256: string;
};

/** A statement of a resource policy, as Lambda shows it. */
export type PolicyStatement = { readonly Sid: string } & Readonly<Record<string, unknown>>;

/**
 * Something that a rollout changes besides traffic, with what it takes to undo it. It is recorded before it is made, so
 * that whatever dies in between, what may have been changed is known.
 */
export type Change =
  | {
      readonly kind: 'code';
      readonly before: { readonly codeSha256: string; readonly object: CodeObject | null; readonly problem?: string };
      readonly after: string;
    }
  | {
      readonly kind: 'variables';
      readonly before: Readonly<Record<string, string>>;
      readonly after: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'mapping';
      readonly uuid: string;
      readonly source: string;
      /** ARN of the function, version or alias that gets the events. */
      readonly before: string;
      readonly after: string;
    }
  | { readonly kind: 'permission'; readonly version: string; readonly statement: PolicyStatement }
  | { readonly kind: 'version'; readonly version: string }
  | {
      /** Provisioned concurrency, which Lambda moves along with an alias that is not split. */
      readonly kind: 'capacity';
      readonly alias: string;
      /** Execution environments that are asked for. */
      readonly environments: number;
      /** Versions. */
      readonly before: string;
      readonly after: string;
    };

/**
 * `reverted`: it is as it was before. `unchanged`: it was never made. `leftAlone`: somebody changed it since. `cannot`: there
 * is no way back. `failed`: AWS did not let us.
 */
export type RevertOutcome = 'reverted' | 'unchanged' | 'leftAlone' | 'cannot' | 'failed';

/** What came of one change when the rollout was taken back, in words for people. */
export type Reverted = { readonly change: string; readonly outcome: RevertOutcome; readonly words: string };

/** What a change concerns: of two changes of the same thing the later one counts. */
export function idOf(change: Change): string {
  switch (change.kind) {
    case 'code':
    case 'variables':
      return change.kind;
    case 'mapping':
      return `mapping-${change.uuid}`;
    case 'permission':
      return `permission-${change.version}-${change.statement.Sid}`;
    case 'version':
      return `version-${change.version}`;
    case 'capacity':
      return `capacity-${change.alias}`;
  }
}

/** The thing itself in words, without values: variables may hold what is nobody's business. */
export function thingInWords(change: Change): string {
  switch (change.kind) {
    case 'code':
      return 'code of $LATEST';
    case 'variables':
      return `environment variables of $LATEST (${namesOf(change).join(', ')})`;
    case 'mapping':
      return `event source mapping ${change.uuid} of ${change.source}`;
    case 'permission':
      return `permission ${change.statement.Sid} on version ${change.version}`;
    case 'version':
      return `version ${change.version}`;
    case 'capacity':
      return `provisioned concurrency of alias ${change.alias}`;
  }
}

/** Only the names of those that differ. */
function namesOf({ before, after }: Extract<Change, { kind: 'variables' }>): string[] {
  const all = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return all.filter((name) => before[name] !== after[name]);
}

/** What the journal has of a rollout: changes in the order in which they were recorded, the last one of each thing. */
export function changesIn(entries: readonly { readonly entry: object }[]): Change[] {
  const latest = new Map<string, Change>();
  for (const { entry } of entries) {
    const { change } = entry as { change?: Change };
    if (!change) continue;
    latest.delete(idOf(change));
    latest.set(idOf(change), change);
  }
  return [...latest.values()];
}

/** Which changes an earlier attempt has taken back. */
export function revertedIn(entries: readonly { readonly entry: object }[]): ReadonlySet<string> {
  const found = entries.flatMap(({ entry }) => (entry as { reverted?: Reverted }).reverted ?? []);
  return new Set(found.filter(({ outcome }) => outcome === 'reverted').map(({ change }) => change));
}

/** What people are told: what was taken back, and what was not and why. What was never made is not worth a word. */
export function revertedInWords(all: readonly Reverted[]): { reverted: string[]; notReverted: string[] } {
  const words = (outcomes: readonly RevertOutcome[]) =>
    all.filter(({ outcome }) => outcomes.includes(outcome)).map((one) => one.words);
  return { reverted: words(['reverted']), notReverted: words(['leftAlone', 'cannot', 'failed']) };
}

/** Whether two sets of environment variables are the same. */
export function sameVariables(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && a[name] === b[name]);
}
