import { prunable } from '../domain/retention.ts';
import { pruneVersionsInput, type PruneVersionsInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { journaled } from './rollout/journal.ts';
import { defineStep, serve } from './runtime.ts';

/** What was deleted, what was kept and why, and which versions lost permissions that let others invoke them. */
export interface Pruned {
  readonly deleted: readonly string[];
  readonly kept: readonly { readonly version: string; readonly why: string }[];
  readonly lockedDown: readonly { readonly version: string; readonly statements: readonly string[] }[];
}

type Needs = Pick<Ports, 'functions' | 'references' | 'ledger'>;

/** A rollback deletes nothing: who goes back in a hurry may want to go on again, or further back. */
const NOTHING: Pruned = { deleted: [], kept: [], lockedDown: [] };

/**
 * Keeps the last N versions and everything that anything still refers to, locks the other kept ones down and deletes the
 * rest. Safe to repeat: what is gone is gone. Its failure is reported and does not undo a promotion.
 */
export async function pruneVersions(input: PruneVersionsInput, ports: Needs): Promise<Pruned> {
  const { release, plan, rollout, candidate } = input;
  await keepLock(input, ports.ledger);
  if (release.kind === 'rollback') return NOTHING;
  const versions = await ports.functions.versions(release.function);
  const references = [
    ...(await ports.references.toVersions(release.function)),
    ...(rollout.stable ? [{ qualifier: rollout.stable, why: 'the version to roll back to' }] : []),
    { qualifier: candidate.version, why: `serves ${plan.environment}` },
    ...(await liveReferences(input, ports)),
  ].flatMap(({ qualifier, why }) => (qualifier === undefined ? [] : [{ version: qualifier, why }]));
  const { delete: doomed, keep } = prunable({ versions: [...versions], references, keep: plan.keepVersions });
  const pruned = await carryOut(
    input,
    { doomed, keep, referred: new Set(references.map(({ version }) => version)) },
    ports,
  );
  await attest(input, ports.ledger, pruned);
  return pruned;
}

/** Versions that other environments' rollouts are working with. */
async function liveReferences({ release, rollout }: PruneVersionsInput, { ledger }: Needs) {
  const open = await ledger.openRollouts(release.function);
  return open
    .filter(({ id }) => id !== rollout.id)
    .flatMap((other) =>
      [other.stable, other.candidate].map((version) => ({
        qualifier: version ?? undefined,
        why: `rollout ${other.id} works with it`,
      })),
    );
}

interface Work {
  readonly doomed: readonly string[];
  readonly keep: readonly { readonly version: string; readonly why: string }[];
  readonly referred: ReadonlySet<string>;
}

async function carryOut(input: PruneVersionsInput, { doomed, keep, referred }: Work, ports: Needs): Promise<Pruned> {
  const { function: name } = input.release;
  const kept = [...keep];
  const deleted: string[] = [];
  const lockedDown: { version: string; statements: readonly string[] }[] = [];
  for (const version of [...doomed, ...keep.map((one) => one.version).filter((one) => !referred.has(one))]) {
    const statements = await lockDown(input, version, ports);
    if (statements.length > 0) lockedDown.push({ version, statements });
  }
  for (const version of doomed) {
    const remove = () => ports.functions.deleteVersion(name, version);
    const answer = await journaled(input, ports.ledger, { kind: 'version', version }, remove);
    if (answer === 'deleted') deleted.push(version);
    else kept.push({ version, why: 'Lambda says that it is in use' });
  }
  return { deleted, kept, lockedDown };
}

/** Takes away what lets others invoke an old version; each statement is recorded before, for a rollback to give back. */
async function lockDown(input: PruneVersionsInput, version: string, ports: Needs): Promise<readonly string[]> {
  const { function: name } = input.release;
  const statements = await ports.references.policy(name, version);
  for (const statement of statements) {
    const remove = () => ports.references.disallow(name, version, statement.Sid);
    await journaled(input, ports.ledger, { kind: 'permission', version, statement }, remove);
  }
  return statements.map(({ Sid }) => Sid);
}

export const step = defineStep({
  state: 'PruneVersions',
  input: pruneVersionsInput,
  mutates: true,
  run: pruneVersions,
});
export const handler = serve(step);
