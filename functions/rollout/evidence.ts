import type { Ledger } from '../ports.ts';

/** Where evidence comes from. `key` tells several entries of one state and tick apart. */
export interface Witness {
  readonly step: { readonly state: string; readonly tick: number; readonly now: number };
  readonly rollout: { readonly id: string };
  readonly key?: string;
}

/** Appends one entry; the same state, tick and key again is the same entry. */
export async function attest({ step, rollout, key }: Witness, ledger: Ledger, entry: object): Promise<void> {
  const { state, tick, now } = step;
  await ledger.append(rollout.id, { state, tick, ...(key && { key }), at: new Date(now).toISOString(), entry });
}
