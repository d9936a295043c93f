import type { RolloutRecord } from '../../functions/rollout/records.ts';
import { instant } from '../output.ts';
import { fine, problem, type Finding } from './finding.ts';

const CHECK = 'trail';
/** CloudTrail's events come minutes late, in ms: what was promoted since need not have been reported. */
const LATE = 15 * 60_000;

/**
 * Judges whether CloudTrail's events reach the stack, without which changes by others go unseen: the newest promotion of the
 * pipeline's own that must have been reported by `now` (ms) has been. `seen` is the newest that was (ISO 8601).
 */
export function checkTrail(rollouts: readonly RolloutRecord[], seen: string | undefined, now: number): Finding {
  const due = rollouts.filter((one) => moved(one) && Date.parse(one.endedAt ?? '') < now - LATE);
  const newest = due.sort((a, b) => Date.parse(b.endedAt ?? '') - Date.parse(a.endedAt ?? ''))[0];
  const subject = 'CloudTrail';
  if (!newest)
    return fine(CHECK, subject, seen ? delivers(seen) : 'not known until a release has been promoted for 15 minutes');
  if (seen !== undefined && Date.parse(seen) >= Math.floor(Date.parse(newest.startedAt) / 1000) * 1000)
    return fine(CHECK, subject, delivers(seen));
  const { function: name, environment, release, endedAt = '' } = newest;
  const since =
    seen === undefined ? 'it has never reported one' : `the last one that it reported was at ${instant(seen)}`;
  const message = `it has not reported the promotion of ${name} ${release} in ${environment} (${instant(endedAt)}), ${since}: changes of aliases by others go unseen`;
  const todo =
    'see that a trail logs write management events in this Region (aws cloudtrail describe-trails, get-trail-status, get-event-selectors); if this stack was updated since that promotion, look again after the next release';
  return problem(CHECK, subject, message, todo);
}

function delivers(seen: string): string {
  return `a trail delivers: it reported a promotion of ${instant(seen)}`;
}

/** An alias that stood at the candidate already was not moved, so there is nothing to report. */
function moved({ status, saved, candidate, endedAt }: RolloutRecord): boolean {
  return status === 'promoted' && endedAt !== undefined && saved?.version !== candidate;
}
