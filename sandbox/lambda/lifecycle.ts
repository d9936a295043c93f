import type { World } from '../core/world.ts';
import type { Transition, VersionRecord } from './model.ts';
import { keyOf } from './names.ts';
import type { LambdaState } from './state.ts';
import { verifyZip } from './zip.ts';

type Outcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Completes, on the clock, what Lambda does after its answer: Pending to Active, InProgress to Successful. */
export class Lifecycle {
  readonly #world: World;
  readonly #state: LambdaState;
  readonly #settled: (version: VersionRecord) => void;

  constructor(world: World, state: LambdaState, settled: (version: VersionRecord) => void) {
    this.#world = world;
    this.#state = state;
    this.#settled = settled;
  }

  /** Stores a version whose change ends `delayMs` from now. */
  begin(version: VersionRecord, kind: Transition['kind'], delayMs: number): VersionRecord {
    const changed = { ...version, transition: { kind, dueAt: this.#world.clock.now() + delayMs } };
    this.#state.putVersion(changed);
    this.#arm(changed);
    return changed;
  }

  /** Sets the timers of changes that were under way when the sandbox stopped. */
  start(): void {
    for (const version of this.#state.versions.values()) this.#arm(version);
  }

  #arm(version: VersionRecord): void {
    const { transition } = version;
    if (!transition) return;
    const { clock } = this.#world;
    clock.setTimer(transition.dueAt - clock.now(), () => {
      void clock.held('task', () => this.#finish(keyOf(version.functionName, version.version), transition.dueAt));
    });
  }

  async #finish(key: string, dueAt: number): Promise<void> {
    const started = this.#state.versions.get(key);
    if (started?.transition?.dueAt !== dueAt) return;
    const outcome = await this.#check(started.codeSha256);
    const version = this.#state.versions.get(key);
    if (version?.transition?.dueAt !== dueAt) return;
    const ended = settle(version, outcome, this.#world.random.uuid());
    this.#state.putVersion(ended);
    this.#settled(ended);
  }

  async #check(codeSha256: string): Promise<Outcome> {
    const code = this.#state.code.get(codeSha256);
    if (!code) return { ok: false, reason: 'The deployment package is gone.' };
    try {
      await verifyZip(code.bytes);
      return { ok: true };
    } catch (cause) {
      return { ok: false, reason: cause instanceof Error ? cause.message : String(cause) };
    }
  }
}

function settle(version: VersionRecord, outcome: Outcome, revisionId: string): VersionRecord {
  const {
    transition,
    serving,
    stateReason: _stateReason,
    stateReasonCode: _stateCode,
    lastUpdateReason: _updateReason,
    lastUpdateReasonCode: _updateCode,
    ...rest
  } = version;
  if (outcome.ok) return { ...rest, revisionId, state: 'Active', lastUpdateStatus: 'Successful' };
  const why = { lastUpdateReason: outcome.reason, lastUpdateReasonCode: 'InvalidZipFileException' };
  if (transition?.kind === 'update')
    return { ...rest, ...(serving && { serving }), ...why, revisionId, lastUpdateStatus: 'Failed' };
  const state = { stateReason: outcome.reason, stateReasonCode: 'InvalidZipFileException' };
  return { ...rest, ...state, ...why, revisionId, state: 'Failed', lastUpdateStatus: 'Failed' };
}
