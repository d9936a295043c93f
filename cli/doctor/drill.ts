import type { DrillRecord } from '../../functions/drill/records.ts';
import { duration, instant } from '../output.ts';
import { fine, problem, type Finding } from './finding.ts';

/** After this many days nobody knows any more whether a rollback works. */
const STALE_DAYS = 30;

/** Judges the last fire drill: it has to have passed, and not too long ago. `now` in milliseconds. */
export function checkDrill(last: DrillRecord | undefined, subject: string | undefined, now: number): Finding[] {
  if (subject === undefined) return [];
  if (!last) return [fine('fire drill', subject, 'none yet: start one with `weighbridge drill`')];
  const { status, startedAt, reason, reactionSeconds } = last;
  const when = `of ${instant(startedAt)}`;
  const todo = 'see what it found with `weighbridge drill --last`, mend it, and run another';
  if (status === 'failed')
    return [problem('fire drill', subject, `${when} failed: ${reason ?? 'no reason given'}`, todo)];
  const age = now - Date.parse(startedAt);
  if (status === 'running') {
    if (age < HOUR * 2) return [fine('fire drill', subject, `${when} is under way`)];
    return [problem('fire drill', subject, `${when} never ended`, 'look at its execution, and run another')];
  }
  if (age > STALE_DAYS * 24 * HOUR)
    return [
      problem(
        'fire drill',
        subject,
        `${when} was ${duration(age)} ago`,
        'run `weighbridge drill`, or give it a schedule',
      ),
    ];
  return [
    fine('fire drill', subject, `${when} passed: ${reactionSeconds ?? '?'} s from the verdict to the alias restored`),
  ];
}

const HOUR = 3_600_000;
