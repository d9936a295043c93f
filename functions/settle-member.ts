import { settleMemberInput, type SettleMemberInput } from './group/inputs.ts';
import type { Ports } from './ports.ts';
import { causeInWords } from './rollout/failure.ts';
import { defineStep, serve } from './runtime.ts';

/** How a member's rollout came out. */
export interface Settled {
  readonly outcome: 'released' | 'running' | 'failed';
  readonly failure: { readonly state: string; readonly error: string; readonly cause: string } | null;
}

/**
 * Looks how the execution that releases a member really stands. What came back from starting it need not be its end: the
 * answer may have been lost, or a retry may have met one that had ended. Reads only.
 */
export async function settleMember(
  input: SettleMemberInput,
  { executions }: Pick<Ports, 'executions'>,
): Promise<Settled> {
  const { group, index, rollouts, failure } = input;
  const member = group.members[index];
  const name = member ? `${member.function} ${member.version}` : `member ${index}`;
  const status = await executions.status(`${rollouts}:${member?.child ?? ''}`);
  if (status === 'SUCCEEDED') return { outcome: 'released', failure: null };
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { outcome: 'running', failure: null };
  const why = failure ? causeInWords(failure) : `its execution ended ${status ?? 'before it began'}`;
  return {
    outcome: 'failed',
    failure: { state: 'SettleMember', error: 'MemberFailed', cause: `${name} failed: ${why}` },
  };
}

export const step = defineStep({ state: 'SettleMember', input: settleMemberInput, mutates: false, run: settleMember });
export const handler = serve(step);
