import type { Ledger } from '../ports.ts';
import type { RolloutRecord } from './records.ts';

/**
 * Takes back what CompleteRollout recorded before it failed: the release before is the environment's current one again, or
 * none is. Changes nothing where this rollout did not record anything; safe to repeat.
 */
export async function returnCurrent(
  key: Pick<RolloutRecord, 'id' | 'function' | 'environment' | 'startedAt'>,
  ledger: Pick<Ledger, 'current' | 'returnCurrent' | 'rollout'>,
): Promise<void> {
  if ((await ledger.current(key))?.rollout !== key.id) return;
  const record = await ledger.rollout(key);
  const { stable, stableRelease, stableCodeSha256 } = record ?? {};
  const known = stable != null && stableRelease != null && stableCodeSha256 !== undefined;
  const before = known && {
    release: stableRelease,
    codeSha256: stableCodeSha256,
    lambdaVersion: stable,
    rollout: key.id,
    at: record?.startedAt ?? key.startedAt,
  };
  await ledger.returnCurrent(key, key.id, before || undefined);
}
