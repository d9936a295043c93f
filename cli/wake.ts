import { executions } from '../functions/aws/executions.ts';
import { lambdaHost } from '../functions/aws/host.ts';
import type { Connection } from './connection.ts';
import type { LedgerView } from './ledger.ts';

/** Wakes a held rollout, so that it sees at once what was written down for it; nothing when nobody waits. */
export async function wake(rollout: string, ledger: LedgerView, connection: Connection): Promise<void> {
  const token = await ledger.heldToken(rollout);
  if (token !== undefined) await executions(lambdaHost({ sdk: connection.clientConfig })).wake(token);
}
