import type { Ledger } from '../ports.ts';

/** Where evidence comes from. */
export interface Witness {
  readonly step: { readonly state: string; readonly tick: number; readonly now: number };
  readonly rollout: { readonly id: string };
}

/** Appends one entry; the same state and tick again is the same entry. */
export async function attest({ step, rollout }: Witness, ledger: Ledger, entry: object): Promise<void> {
  await ledger.append(rollout.id, { state: step.state, tick: step.tick, at: new Date(step.now).toISOString(), entry });
}
