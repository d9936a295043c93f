import type { Ending, Told } from './ending.ts';
import { records } from './records.ts';

/** What people have to be told, and how often. */
export function tellingViolations(ending: Ending): string[] {
  return CHECKS.flatMap((check) => check(ending) ?? []);
}

const CHECKS = [toldOnce, toldOfDead, toldOfReturns];

/** What people are told of something that did not get where it was meant to. */
export const FINAL: ReadonlySet<string> = new Set(['rolledBack', 'rejected', 'reconciled', 'rollbackFailed']);

function toldOf({ notices }: Ending, executionArn: string, outcomes: ReadonlySet<string> = FINAL): Told[] {
  return notices.filter((one) => one.execution === executionArn && outcomes.has(one.outcome));
}

/** The most by one channel: a message that both got is one. */
function times(told: readonly Told[]): number {
  const by = (channel: string) => told.filter((one) => one.channel === channel).length;
  return Math.max(by('sns'), by('slack'));
}

function inWords(told: readonly Told[]): string {
  return told.map(({ channel, outcome }) => `${channel} ${outcome}`).join(', ') || 'nothing';
}

/**
 * A release that did not reach production is told of: by SNS or the webhook at least, and once by each. Twice only where a
 * step that tells people was struck itself: whoever delivers a notice and dies before writing that down has to deliver it
 * again, since not telling is worse. `rollbackFailed` is followed by `reconciled`, once that is so; and so is a rollback by the
 * machine alone, where Reconcile finds that something else cannot be taken back.
 */
function toldOnce(ending: Ending): string | undefined {
  for (const { executionArn, status, machine } of ending.executions) {
    if (machine === 'Group') continue;
    const all = toldOf(ending, executionArn);
    const told = all.filter((one) => !isSequel(one, all));
    const most = times(told);
    if (status === 'SUCCEEDED' && most > 0 && !isSettled(ending, executionArn, told))
      return `notices: ${inWords(told)} of an execution that succeeded`;
    if (status === 'FAILED' && most === 0 && times(toldOf(ending, executionArn, BY_HAND)) === 0)
      return 'notices: nobody was told of an execution that failed';
    if (most > 1 && !ending.mayTellTwice && !told.some(({ outcome }) => outcome === 'rollbackFailed'))
      return `notices: expected one by each channel, got ${inWords(told)}`;
  }
  return undefined;
}

/** A rollback whose execution was stopped is done all the same, people are told of that, and then it is redriven. */
function isSettled(ending: Ending, executionArn: string, told: readonly Told[]): boolean {
  const [record] = records(ending).filter(({ execution }) => execution === executionArn);
  return record?.['kind'] === 'rollback' && told.every(({ outcome }) => outcome === 'reconciled');
}

function isSequel({ outcome, rest }: Told, all: readonly Told[]): boolean {
  return outcome === 'reconciled' && rest && all.some((one) => one.outcome === 'rolledBack');
}

/** An execution that somebody or its time limit ended: if it had begun a rollout that was not promoted, they hear of it. */
function toldOfDead(ending: Ending): string | undefined {
  for (const { executionArn, status } of ending.executions) {
    if (status !== 'ABORTED' && status !== 'TIMED_OUT') continue;
    const begun = records(ending).filter(({ execution }) => execution === executionArn);
    if (begun.some((record) => record['status'] !== 'promoted') && toldOf(ending, executionArn).length === 0)
      return `notices: nobody was told of an execution that ended ${status}`;
  }
  return undefined;
}

const BY_HAND: ReadonlySet<string> = new Set(['rolledBackByHand', 'reconciled']);

/** A rollback that somebody asked for is told of when it is done, once by each channel. */
function toldOfReturns(ending: Ending): string | undefined {
  for (const record of records(ending)) {
    if (record['kind'] !== 'rollback' || record['status'] !== 'promoted') continue;
    const told = toldOf(ending, String(record['execution']), BY_HAND);
    if (times(told) === 0) return 'notices: nobody was told of a rollback that was asked for and is done';
    if (times(told) > 1 && !ending.mayTellTwice)
      return `notices: expected one of a rollback by each channel, got ${inWords(told)}`;
  }
  return undefined;
}
