import {
  type Change,
  changesIn,
  idOf,
  type Reverted,
  revertedIn,
  type RevertOutcome,
  sameVariables,
  thingInWords,
} from '../../domain/journal/change.ts';
import { permissionFor } from '../../domain/journal/permission.ts';
import type { Conflict, Ports } from '../ports.ts';
import { attest, type Witness } from './evidence.ts';
import { settled } from './settled.ts';

type Needs = Pick<Ports, 'functions' | 'references' | 'ledger' | 'sleep'>;
type Found = { readonly outcome: RevertOutcome; readonly words: string };

/** Times that a lost race is read and decided again. */
const ATTEMPTS = 4;
/** Between two attempts to move a mapping, in ms. */
const MAPPING_PAUSE = 5_000;
/** Looks at a function that is busy, about 30 s: whoever waits for the notification should not wait for long. */
const AT_REST = { looks: 12, failedToo: true };

/**
 * Takes back what a rollout changed besides traffic, the last change first. The alias comes before: call this when it is
 * restored. Each change is read, compared and only undone when it is still as the rollout left it, so this is safe to
 * repeat and leaves alone what somebody changed since. Never throws: what could not be taken back is in the answer.
 */
export async function revertChanges(
  witness: Witness & { readonly rollout: { readonly function: string } },
  ports: Needs,
): Promise<readonly Reverted[]> {
  const all: Reverted[] = [];
  try {
    const entries = await ports.ledger.evidence(witness.rollout.id);
    const before = revertedIn(entries);
    for (const change of changesIn(entries).reverse()) {
      const one = await revert(change, { name: witness.rollout.function, before, all }, ports);
      all.push(one);
      if (one.outcome !== 'unchanged')
        await attest({ ...witness, key: `reverted-${one.change}` }, ports.ledger, { reverted: one });
    }
    return all;
  } catch (cause) {
    const words = `what the rollout changed besides traffic: ${said(cause)}`;
    return [...all, { change: 'journal', outcome: 'failed', words }];
  }
}

interface Work {
  readonly name: string;
  /** Changes that an earlier attempt took back. */
  readonly before: ReadonlySet<string>;
  /** What came of the changes that were made later. */
  readonly all: readonly Reverted[];
}

async function revert(change: Change, work: Work, ports: Needs): Promise<Reverted> {
  const id = idOf(change);
  const thing = thingInWords(change);
  try {
    const { outcome, words } = await undo(change, work, ports);
    if (outcome === 'unchanged' && work.before.has(id))
      return { change: id, outcome: 'reverted', words: `${thing}: as before` };
    return { change: id, outcome, words: `${thing}: ${words}` };
  } catch (cause) {
    return { change: id, outcome: 'failed', words: `${thing}: ${said(cause)}` };
  }
}

function undo(change: Change, work: Work, ports: Needs): Promise<Found> {
  switch (change.kind) {
    case 'code':
      return undoCode(change, work.name, ports);
    case 'variables':
      return undoVariables(change, work.name, ports);
    case 'mapping':
      return undoMapping(change, work, ports);
    case 'permission':
      return undoPermission(change, work.name, ports);
    case 'version':
      return undoDeletion(change, work.name, ports);
    case 'capacity':
      return followBack(change, work.name, ports);
  }
}

type Of<K extends Change['kind']> = Extract<Change, { kind: K }>;

const UNCHANGED: Found = { outcome: 'unchanged', words: 'nothing had changed' };
const AS_BEFORE: Found = { outcome: 'reverted', words: 'as before' };

async function undoCode({ before, after }: Of<'code'>, name: string, ports: Needs): Promise<Found> {
  return guarded(async () => {
    const latest = await settled(name, ports, AT_REST);
    if (latest.codeSha256 === before.codeSha256) return UNCHANGED;
    if (latest.codeSha256 !== after) return leftAlone(`somebody deployed other code since (${latest.codeSha256})`);
    if (!before.object) return { outcome: 'cannot', words: before.problem ?? 'the code before was not kept' };
    return (await ports.functions.updateCode(name, before.object, latest.revisionId)) ?? AS_BEFORE;
  });
}

async function undoVariables({ before, after }: Of<'variables'>, name: string, ports: Needs): Promise<Found> {
  return guarded(async () => {
    const latest = await settled(name, ports, AT_REST);
    if (sameVariables(latest.variables, before)) return UNCHANGED;
    if (!sameVariables(latest.variables, after)) return leftAlone('somebody changed them since');
    return (await ports.functions.updateVariables(name, { ...before }, latest.revisionId)) ?? AS_BEFORE;
  });
}

/**
 * A mapping goes back to the bare function only when that has its code back: otherwise the events would meet the candidate.
 * The code was changed after the mapping, so it has been seen to already.
 */
async function undoMapping({ uuid, before, after }: Of<'mapping'>, { name, all }: Work, ports: Needs): Promise<Found> {
  const now = await ports.references.mapping(uuid);
  if (!now) return leftAlone('somebody deleted it since');
  if (now.functionArn === before) return UNCHANGED;
  if (now.functionArn !== after) return leftAlone(`somebody moved it since, to ${now.functionArn}`);
  const code = all.find(({ change }) => change === 'code');
  if (code && code.outcome !== 'reverted' && code.outcome !== 'unchanged') {
    const words = `it stays at ${after}, since $LATEST, which it named before, does not have its code back`;
    return { outcome: 'cannot', words };
  }
  if (code) await settled(name, ports, AT_REST);
  return pointBack(uuid, before, ports);
}

/** Numbers of versions are given once: what is deleted stays deleted. */
async function undoDeletion({ version }: Of<'version'>, name: string, { functions }: Needs): Promise<Found> {
  if (await functions.describe(name, version)) return UNCHANGED;
  return { outcome: 'cannot', words: 'it was deleted, since nothing referred to it any more' };
}

/** A mapping that was moved a moment ago cannot be moved back at once. */
async function pointBack(uuid: string, before: string, { references, sleep }: Needs): Promise<Found> {
  for (let i = 0; i < ATTEMPTS; i++) {
    if (!(await references.pointMapping(uuid, before))) return AS_BEFORE;
    await sleep(MAPPING_PAUSE);
  }
  return { outcome: 'failed', words: 'Lambda was busy with it at every attempt' };
}

async function undoPermission({ version, statement }: Of<'permission'>, name: string, ports: Needs): Promise<Found> {
  if (!(await ports.functions.describe(name, version)))
    return { outcome: 'cannot', words: 'the version was deleted with it' };
  const there = await ports.references.policy(name, version);
  if (there.some(({ Sid }) => Sid === statement.Sid)) return UNCHANGED;
  const permission = permissionFor(statement);
  if (!permission) return { outcome: 'cannot', words: `no call of Lambda makes such a statement again` };
  await ports.references.allow(name, version, permission);
  return AS_BEFORE;
}

/** The alias is back at its version, and Lambda took the capacity there with it: what is left is to see that it did. */
async function followBack({ alias, environments }: Of<'capacity'>, name: string, ports: Needs): Promise<Found> {
  const now = await ports.references.provisionedConcurrency(name, alias);
  if (now === undefined) return leftAlone('somebody took it off since');
  if (now !== environments) return leftAlone(`somebody changed it since, from ${environments} to ${now}`);
  const words = `${environments} as before; Lambda takes minutes to allocate them to the version that the alias names`;
  return { outcome: 'reverted', words };
}

/** What somebody changes between reading and writing is read again. */
async function guarded(attempt: () => Promise<Found | Conflict>): Promise<Found> {
  for (let i = 0; i < ATTEMPTS; i++) {
    const found = await attempt();
    if (!('conflict' in found)) return found;
  }
  return leftAlone('it changed each time it was looked at');
}

function leftAlone(words: string): Found {
  return { outcome: 'leftAlone', words: `${words}, so it is left as it is` };
}

function said(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
