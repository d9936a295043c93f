import { hasArrived } from '../domain/group/outcome.ts';
import { settleMemberInput, type SettleMemberInput } from './group/inputs.ts';
import { placesOf } from './group/places.ts';
import type { GroupPart } from './group/records.ts';
import type { Ports } from './ports.ts';
import { causeInWords } from './rollout/failure.ts';
import { defineStep, serve } from './runtime.ts';

/** How a member's rollout came out. */
export interface Settled {
  readonly outcome: 'released' | 'running' | 'failed';
  readonly failure: { readonly state: string; readonly error: string; readonly cause: string } | null;
}

type Needs = Pick<Ports, 'executions' | 'ledger'>;

/**
 * Looks how the execution that releases a member really stands. What came back from starting it need not be its end: the
 * answer may have been lost, or a retry may have met one that had ended. One that succeeded without the member being there
 * was not the one that handled the upload. Reads only.
 */
export async function settleMember(input: SettleMemberInput, ports: Needs): Promise<Settled> {
  const { group, index, rollouts, failure } = input;
  const member = group.members[index];
  if (!member) return failed(`member ${index}`, 'the group has no such member');
  const name = `${member.function} ${member.version}`;
  const status = await ports.executions.status(`${rollouts}:${member.child}`);
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return { outcome: 'running', failure: null };
  if (status === 'SUCCEEDED') {
    const missing = await notThere(member, rollouts, ports);
    return missing === undefined ? { outcome: 'released', failure: null } : failed(name, missing);
  }
  return failed(name, whyFailed(status, failure));
}

/** An execution that ended has said why; one that never began left what kept it from it. */
function whyFailed(status: string | undefined, failure: SettleMemberInput['failure']): string {
  if (!failure) return `its execution ended ${status ?? 'before it began'}`;
  return status === undefined ? causeInWords(failure) : failure.cause || failure.error;
}

/** Where the member is not served although its execution succeeded; undefined when it is everywhere. */
async function notThere(member: GroupPart, rollouts: string, ports: Needs): Promise<string | undefined> {
  const [places = []] = await placesOf({ members: [member] }, rollouts, ports);
  const missing = places.filter((place) => !hasArrived(place));
  if (missing.length === 0) return undefined;
  const where = missing.map(({ environment, serves }) => `${environment} serves ${serves ?? 'nothing'}`).join(', ');
  return `another execution has handled this upload of its zip, and ${where}: upload the whole group again`;
}

function failed(name: string, why: string): Settled {
  const failure = { state: 'NextMove', error: 'MemberFailed', cause: `${name} failed: ${why}` };
  return { outcome: 'failed', failure };
}

export const step = defineStep({ state: 'SettleMember', input: settleMemberInput, mutates: false, run: settleMember });
export const handler = serve(step);
