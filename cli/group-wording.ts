import pc from 'picocolors';
import { outcomeInWords, versionsInWords } from '../domain/group/outcome.ts';
import type { GroupPart, GroupRecord, LeftAlone, PlannedUndo } from '../functions/group/records.ts';
import type { GroupHappening } from './group-progress.ts';
import { memberInWords, PHASES, type GroupStanding } from './group-standing.ts';
import { groupName } from './groups.ts';
import { instant, widthOf } from './output.ts';
import { happeningInWords, statusInWords, verdictInColour } from './wording.ts';

/** What the commands say about release groups. */

/** One line about something that happened to a group or to a member of it; undefined when it is not worth one. */
export function groupHappeningInWords(happening: GroupHappening, { name }: { name: string }): string | undefined {
  switch (happening.kind) {
    case 'begun':
      return line(happening.at, name, pc.bold('LoadGroup'), happening.members.map(partInWords).join(', '));
    case 'member':
      return line(happening.at, happening.member, pc.bold('ReleaseMember'), `${happening.number} of ${happening.of}`);
    case 'undoing':
      return line(happening.at, happening.member, pc.bold('RollBackMember'), undoingInWords(happening));
    case 'within':
      return withMember(happening.member, happeningInWords(happening.happening));
    case 'judged':
      return line(happening.at, name, 'JudgeGroup', judgedInWords(happening));
    case 'planned':
      return line(happening.at, name, 'PlanUndo', plannedInWords(happening.undo, happening.left));
    case 'waits':
      return line(happening.at, name, happening.state, 'a member’s rollout has not ended yet');
    case 'died':
      return line(happening.at, name, pc.red(happening.status), 'ReconcileGroups takes the group back');
  }
}

/** A group under way, and each of its members. */
export function standingInWords({ phase, members, startedAt, ...id }: GroupStanding): string[] {
  const head = `group ${groupName(id)}: ${pc.cyan(PHASES[phase])}, begun ${instant(startedAt)} UTC`;
  return [head, ...members.map((one) => `  ${memberInWords(one)}`)];
}

/** A group that has ended: its verdict, what became of each member, and why. */
export function endedInWords({ startedAt, outcomes = [], reason, ...record }: GroupRecord): string[] {
  const head = `${instant(startedAt)}  group ${groupName(record)}: ${groupStatus(record)}`;
  return [head, ...outcomes.map((one) => `  ${outcomeInWords(one)}`), ...(reason ? [`  ${reason}`] : [])];
}

/** `released`, `released, verdict inconclusive`, `rolledBack` */
export function groupStatus({ status, verdict }: Pick<GroupRecord, 'status' | 'verdict'>): string {
  const word = status === 'released' ? pc.green(status) : statusInWords(status);
  return verdict && status !== 'rejected' ? `${word}, verdict ${verdictInColour(verdict.kind)}` : word;
}

function partInWords({ function: name, version, environments }: GroupPart): string {
  const from = [...new Set(environments.map((one) => one.from))];
  return `${name} ${from.map((one) => versionsInWords(one, version)).join(' and ')}`;
}

function judgedInWords({ verdict, move }: Extract<GroupHappening, { kind: 'judged' }>): string {
  return verdict ? `${verdictInColour(verdict.kind)}  ${move.reason}` : move.reason;
}

function undoingInWords({ number, of, undo }: Extract<GroupHappening, { kind: 'undoing' }>): string {
  return `${number} of ${of}: ${undo.environment} back to ${undo.to}, from ${undo.from}`;
}

function plannedInWords(undo: readonly PlannedUndo[], left: readonly LeftAlone[]): string {
  const back = undo.map((one) => `${one.function} ${one.environment} to ${one.to}`).join(', then ');
  const alone = left.map((one) => `${one.function} ${one.environment} is left alone: ${one.reason}`);
  return [back === '' ? 'nothing to take back' : `back: ${back}`, ...alone].join('; ');
}

const NAME_WIDTH = 12;
const STATE_WIDTH = 15;
/** Characters of the time at the beginning of a line. */
const TIME_WIDTH = 8;

function line(at: string, who: string, head: string, rest: string): string {
  const words = `${head}${' '.repeat(Math.max(0, STATE_WIDTH - widthOf(head)))}  ${rest}`;
  return `${instant(at).slice(11)}  ${who.padEnd(NAME_WIDTH)}  ${words}`.trimEnd();
}

/** A line about a rollout, with the member's name after the time. */
function withMember(member: string, words: string | undefined): string | undefined {
  return words && `${words.slice(0, TIME_WIDTH)}  ${member.padEnd(NAME_WIDTH)}${words.slice(TIME_WIDTH)}`;
}
