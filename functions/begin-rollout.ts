import { expected, InvalidReleaseError, NotReadyError, WithdrawnError } from '../domain/errors.ts';
import { versionOrder } from '../domain/readiness.ts';
import { groupOf, type Release, type ReturningRelease } from '../domain/release.ts';
import { promoted, sameRouting } from '../domain/routing.ts';
import { refuseLateMember } from './group/refuse-late-member.ts';
import { beginRolloutInput, type BeginRolloutInput, type RolloutHandle } from './inputs.ts';
import type { AliasState, Ports } from './ports.ts';
import type { CurrentRelease, Place, RolloutRecord } from './rollout/records.ts';
import { isOver, OVER } from './rollout/redriven.ts';
import { refuseFrozen } from './rollout/refuse-frozen.ts';
import { takeTurn } from './rollout/take-turn.ts';
import { defineStep, serve } from './runtime.ts';

/**
 * `busy`: another rollout of this environment runs, ask again. `duplicate`: another execution handles this very event.
 * `unchanged`: the environment serves this release already.
 */
export type Begun =
  | { readonly outcome: 'begun'; readonly rollout: RolloutHandle }
  | { readonly outcome: 'busy' | 'duplicate' | 'unchanged'; readonly rollout: null; readonly reason: string };

/** `askAgainSeconds` is null when there is nothing to wait for. */
type Waits = { readonly askAgainSeconds: number | null };

type Needs = Pick<Ports, 'aliases' | 'ledger' | 'executions' | 'groups'>;

/**
 * Takes the environment's lock, refuses duplicates and old versions, and writes the alias's routing down before the first
 * mutation. Every write is conditional on what it would write, so a retry finds its own lock and record again. Whether it is
 * frozen is asked when its turn has come; what would take over from another is asked before that, too.
 * @throws InvalidReleaseError when the version is not newer, or was published with other bytes: reject.
 * @throws NotReadyError when the environment is frozen or outside its windows: reject.
 * @throws WithdrawnError when a newer release took its place while it waited, or somebody aborted it, or it was redriven after
 * its rollout had been put right: reject.
 * @throws NotReadyError when it waited too long for its turn: reject.
 */
export async function beginRollout(input: BeginRolloutInput, ports: Needs): Promise<Begun & Waits> {
  const { release, plan, execution } = input;
  const place: Place = { function: release.function, environment: plan.environment };
  if (await isOver({ ...place, execution }, ports)) throw new WithdrawnError(OVER);
  await refuseLateMember(input, ports);
  const owner = await ports.ledger.claimEvent(release, plan.environment, execution.id);
  if (owner !== execution.id) return notBegun('duplicate', `execution ${owner} handles this upload`);
  const current = await ports.ledger.current(place);
  if (await servesAlready(input, current, ports)) {
    if (release.kind === 'rollback') await ports.ledger.leaveQueue(place, execution.name);
    return notBegun('unchanged', `${plan.environment} serves ${release.version} already`);
  }
  await refuseTarget(input, current, ports);
  if (release.expedite) await refuseFrozen(input, ports.ledger);
  const turn = await takeTurn(input, ports);
  if (turn.kind === 'busy') return { ...notBegun('busy', turn.reason), askAgainSeconds: turn.askAgainSeconds };
  const settled = await ports.ledger.current(place);
  refuseStart(input, settled);
  const passed = await refuseFrozen(input, ports.ledger);
  const rollout = await open(input, ports, { fence: turn.fence, current: settled, passed });
  return { outcome: 'begun', rollout, askAgainSeconds: null };
}

function notBegun(outcome: 'busy' | 'duplicate' | 'unchanged', reason: string): Begun & Waits {
  return { outcome, rollout: null, reason, askAgainSeconds: null };
}

/** The alias's routing is read again under the lock: only from here on is it ours to write down. */
async function open(
  input: BeginRolloutInput,
  ports: Needs,
  { fence, current, passed }: { fence: number; current: CurrentRelease | undefined; passed: string | undefined },
): Promise<RolloutHandle> {
  const { release, plan, execution, step } = input;
  const alias = await ports.aliases.read(release.function, plan.alias);
  const record: RolloutRecord = {
    id: `${execution.name}/${plan.environment}`,
    function: release.function,
    environment: plan.environment,
    alias: plan.alias,
    execution: execution.id,
    release: release.version,
    startedAt: new Date(step.now).toISOString(),
    status: 'running',
    fence,
    saved: alias?.routing ?? null,
    stable: alias?.routing.version ?? null,
    codeSha256: release.codeSha256,
    ...stableIn(current, alias),
    ...kindOf(release),
    ...(passed !== undefined && { passed }),
    strategy: plan.strategy,
    phase: 'begun',
    share: 0,
  };
  const stored = await ports.ledger.openRollout(record);
  const { saved: before, stableRelease: servedBefore } = stored;
  const begun = { event: input.event ?? null, execution: execution.id, release, policy: plan, saved: before };
  await ports.ledger.append(stored.id, {
    state: 'BeginRollout',
    tick: 0,
    at: stored.startedAt,
    entry: { ...begun, stableRelease: servedBefore, ...(passed !== undefined && { passed }) },
  });
  return handleOf(stored);
}

/** What travels with the execution. */
function handleOf(stored: RolloutRecord): RolloutHandle {
  const { id, function: name, environment, startedAt, fence, saved, stable, stableRelease, passed } = stored;
  const handle = { id, function: name, environment, startedAt, fence, saved, stable, stableRelease };
  return { ...handle, ...(passed !== undefined && { passed }) };
}

/** The alias is only looked at when the ledger says so: a release that waits for its turn asks every half minute. */
async function servesAlready(
  { release, plan }: BeginRolloutInput,
  current: CurrentRelease | undefined,
  { aliases }: Needs,
): Promise<boolean> {
  if (current?.release !== release.version || current.codeSha256 !== release.codeSha256) return false;
  const alias = await aliases.read(release.function, plan.alias);
  return alias !== undefined && sameRouting(alias.routing, promoted(current.lambdaVersion));
}

/** The release that the alias serves, if the ledger knows it: an alias that was moved by hand serves something else. */
function stableIn(current?: CurrentRelease, alias?: AliasState) {
  const known = current?.lambdaVersion === alias?.routing.version ? current : undefined;
  return { stableRelease: known?.release ?? null, ...(known && { stableCodeSha256: known.codeSha256 }) };
}

/** The version that a rollback goes to is known from the start, so that Reconcile can tell whether it got there. */
function kindOf(release: Release): Pick<RolloutRecord, 'kind' | 'by' | 'why' | 'candidate' | 'group'> {
  const group = groupOf(release);
  const whose = group === undefined ? {} : { group };
  if (release.kind !== 'rollback') return { kind: 'release', ...whose };
  const { by, why, lambdaVersion } = release.rollback;
  return { kind: 'rollback', by, why, candidate: lambdaVersion, ...whose };
}

/** What goes back goes to an older version on purpose; what goes on must be newer, and the bytes that it was before. */
async function refuseTarget(
  input: BeginRolloutInput,
  current: CurrentRelease | undefined,
  ports: Needs,
): Promise<void> {
  if (input.release.kind === 'release') await refuseOtherBytes(input, ports);
  refuseStart(input, current);
}

/** Asked before it waits, to be told at once, and under the lock, when nobody else can change what is in place. */
function refuseStart({ release }: BeginRolloutInput, current: CurrentRelease | undefined): void {
  if (release.kind === 'rollback') refuseOtherStart(release, current);
  else refuseOldVersion(release.version, current);
}

/** The target was chosen for what was in place then. */
function refuseOtherStart({ rollback, version }: ReturningRelease, current: CurrentRelease | undefined): void {
  if (rollback.from === (current?.release ?? null)) return;
  const came = `${current?.release ?? 'nothing'}, which another rollout put there meanwhile`;
  const todo = `look at \`weighbridge status\`; if you still want ${version}, roll back once more`;
  throw new NotReadyError(expected(`${rollback.from} in place, from which to go back`, came, todo));
}

function refuseOldVersion(version: string, current: CurrentRelease | undefined): void {
  const [refusal] = versionOrder(version, current?.release);
  if (refusal) throw new InvalidReleaseError(refusal.message);
}

async function refuseOtherBytes({ release }: BeginRolloutInput, { ledger }: Needs): Promise<void> {
  const digest = await ledger.publishedDigest(release.function, release.version);
  if (digest === undefined || digest === release.codeSha256) return;
  const what = `${release.function} ${release.version} with the bytes it was first published with (SHA-256 ${digest})`;
  const todo = 'a release is immutable: upload the change as a newer version';
  throw new InvalidReleaseError(expected(what, `other bytes (${release.codeSha256})`, todo));
}

export const step = defineStep({ state: 'BeginRollout', input: beginRolloutInput, mutates: true, run: beginRollout });
export const handler = serve(step);
