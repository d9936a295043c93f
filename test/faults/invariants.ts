import type { Pipeline } from '../support/pipeline.ts';
import type { Scenario } from './scenarios.ts';

/** What a run left behind. */
export interface Ending {
  readonly alias: Awaited<ReturnType<Pipeline['alias']>>;
  readonly lockOwner: string;
  readonly items: Awaited<ReturnType<Pipeline['items']>>;
  /** Of the release that the scenario is about, the oldest first. */
  readonly executions: readonly { readonly executionArn: string; readonly status: string }[];
  /** As SNS and the webhook took them, the first first. */
  readonly notices: readonly {
    readonly channel: 'sns' | 'slack';
    readonly outcome: string;
    readonly execution: string;
  }[];
  /** Whether a fault struck a step that tells people: it may have told them and died before writing that down. */
  readonly mayTellTwice: boolean;
  readonly unqualified: readonly string[];
  readonly versions: readonly { readonly Version: string; readonly CodeSha256: string }[];
  readonly failures: number;
}

/** The version before the rollout, and the one that the rollout brings. */
const STABLE = '1';
const CANDIDATE = '2';

type Check = (ending: Ending, scenario: Scenario) => string | undefined;

/** What must hold whatever fails, once everything has settled. Empty when it does. */
export function violations(scenario: Scenario, ending: Ending): string[] {
  return CHECKS.flatMap((check) => check(ending, scenario) ?? []);
}

const CHECKS: readonly Check[] = [
  oneVersion,
  onlyIfAllowed,
  lockIsFree,
  ledgerIsTrue,
  nothingIsOpen,
  currentIsTrue,
  evidenceIsThere,
  publishedOnce,
  nothingInUseIsGone,
  toldOnce,
  toldOfDead,
  qualified,
  failuresAreBounded,
];

function served({ alias }: Ending): string | undefined {
  const weights = Object.keys(alias?.RoutingConfig?.AdditionalVersionWeights ?? {});
  return weights.length > 0 ? 'split' : alias?.FunctionVersion;
}

function oneVersion(ending: Ending): string | undefined {
  const version = served(ending);
  if (version === STABLE || version === CANDIDATE) return undefined;
  return `alias: expected one version without weights, got ${JSON.stringify(ending.alias)}`;
}

/** The candidate serves exactly when the rollout says that it was promoted, and that only when the verdict allowed it. */
function onlyIfAllowed(ending: Ending, { allowed }: Scenario): string | undefined {
  if (served(ending) !== CANDIDATE) return undefined;
  if (!allowed) return 'alias: serves a candidate that no verdict allowed';
  if (ending.executions.some(({ status }) => status === 'SUCCEEDED') || promoted(ending)) return undefined;
  return `alias: serves the candidate, but the executions ended ${ending.executions.map(({ status }) => status).join(', ')}`;
}

function lockIsFree({ lockOwner }: Ending): string | undefined {
  return lockOwner === '' ? undefined : `lock: held by ${lockOwner}`;
}

type Item = Ending['items'][number];

/** Records of rollouts that executions of the release began. */
function records({ items, executions }: Ending): Item[] {
  const ours = new Set(executions.map(({ executionArn }) => executionArn));
  return items.filter(({ sk, execution }) => /^rollout#.*T/.test(sk) && ours.has(String(execution)));
}

function promoted(ending: Ending): boolean {
  return records(ending).some(({ status }) => status === 'promoted');
}

const ENDED: Readonly<Record<string, readonly string[]>> = {
  SUCCEEDED: ['promoted'],
  FAILED: ['rolledBack', 'rejected', 'stopped'],
  ABORTED: ['rolledBack', 'rejected', 'stopped', 'promoted'],
  TIMED_OUT: ['rolledBack', 'rejected', 'stopped', 'promoted'],
};

/** Each record's status is one that its execution can end with, and the alias is where it says. */
function ledgerIsTrue(ending: Ending): string | undefined {
  const wrong = records(ending).filter((record) => {
    const execution = ending.executions.find(({ executionArn }) => executionArn === record['execution']);
    return !ENDED[execution?.status ?? '']?.includes(String(record['status']));
  });
  const statuses = ending.executions.map(({ status }) => status).join(', ');
  if (wrong.length > 0)
    return `ledger: ${wrong.map(({ status }) => String(status)).join(', ')}, executions ${statuses}`;
  if (promoted(ending) === (served(ending) === CANDIDATE)) return undefined;
  const said = records(ending).map(({ status }) => String(status));
  return `ledger: says ${said.join(', ') || 'nothing'}, but the alias serves ${served(ending)}`;
}

function nothingIsOpen({ items }: Ending): string | undefined {
  const open = items.filter(({ pk, sk, status }) => pk === 'open' || (/^rollout#.*T/.test(sk) && status === 'running'));
  return open.length === 0 ? undefined : `ledger: still open: ${open.map(({ sk }) => sk).join(', ')}`;
}

/** The release that the ledger takes to be in production is the one that the alias serves. */
function currentIsTrue(ending: Ending): string | undefined {
  const current = ending.items.find(
    ({ lambdaVersion, pk }) => lambdaVersion !== undefined && pk.includes('production'),
  );
  if (!current) return 'ledger: no current release';
  if (current['lambdaVersion'] === served(ending)) return undefined;
  return `ledger: version ${String(current['lambdaVersion'])} is current, but the alias serves ${served(ending)}`;
}

/** A rollout that published something and ended says in its evidence how it began and how it ended. */
function evidenceIsThere(ending: Ending): string | undefined {
  const missing = records(ending).flatMap(({ id, status, candidate }) => {
    if (!candidate) return [];
    const states = ending.items.filter(({ pk, sk }) => pk === `rollout#${String(id)}` && sk.startsWith('evidence#'));
    const has = (pattern: RegExp) => states.some(({ state }) => pattern.test(String(state)));
    const last = /^(CompleteRollout|RollBack|RestoreAlias|RejectRelease|Reconcile|NotifyRollback)$/;
    return [...(has(/^BeginRollout$/) ? [] : ['its beginning']), ...(has(last) ? [] : ['its end'])].map(
      (what) => `${String(id)} (${String(status)}) has no evidence of ${what}`,
    );
  });
  return missing.length === 0 ? undefined : `evidence: ${missing.join('; ')}`;
}

function publishedOnce({ versions }: Ending): string | undefined {
  const digests = versions.map(({ CodeSha256 }) => CodeSha256);
  return new Set(digests).size === digests.length
    ? undefined
    : `versions: one code is published twice: ${versions.map(({ Version }) => Version).join(', ')}`;
}

function nothingInUseIsGone(ending: Ending): string | undefined {
  const there = new Set(ending.versions.map(({ Version }) => Version));
  const gone = [STABLE, served(ending) ?? STABLE].filter((version) => version !== 'split' && !there.has(version));
  return gone.length === 0 ? undefined : `versions: ${gone.join(', ')} was deleted, although it is in use`;
}

const FINAL = new Set(['rolledBack', 'rejected', 'reconciled', 'rollbackFailed']);

/**
 * A release that did not reach production is told of: by SNS or the webhook at least, and once by each. Twice only where a
 * step that tells people was struck itself: whoever delivers a notice and dies before writing that down has to deliver it
 * again, since not telling is worse. `rollbackFailed` is followed by `reconciled`, once that is so.
 */
function toldOnce({ notices, executions, mayTellTwice }: Ending): string | undefined {
  for (const { executionArn, status } of executions) {
    const told = notices.filter((one) => one.execution === executionArn && FINAL.has(one.outcome));
    const words = told.map(({ channel, outcome }) => `${channel} ${outcome}`).join(', ') || 'nothing';
    const by = (channel: string) => told.filter((one) => one.channel === channel).length;
    const most = Math.max(by('sns'), by('slack'));
    if (status === 'SUCCEEDED' && most > 0) return `notices: ${words} of an execution that succeeded`;
    if (status === 'FAILED' && most === 0) return 'notices: nobody was told of an execution that failed';
    if (most > 1 && !mayTellTwice && !told.some(({ outcome }) => outcome === 'rollbackFailed'))
      return `notices: expected one by each channel, got ${words}`;
  }
  return undefined;
}

/** An execution that somebody or its time limit ended: if it had begun a rollout that was not promoted, they hear of it. */
function toldOfDead({ notices, executions, ...ending }: Ending): string | undefined {
  for (const { executionArn, status } of executions) {
    if (status !== 'ABORTED' && status !== 'TIMED_OUT') continue;
    const begun = records({ notices, executions, ...ending }).filter(({ execution }) => execution === executionArn);
    const told = notices.some((one) => one.execution === executionArn && FINAL.has(one.outcome));
    if (begun.some((record) => record['status'] !== 'promoted') && !told)
      return `notices: nobody was told of an execution that ended ${status}`;
  }
  return undefined;
}

function qualified({ unqualified }: Ending): string | undefined {
  return unqualified.length === 0 ? undefined : `calls: ${unqualified.join('; ')}`;
}

/** Requests that users lose at most: five minutes of everything (detection, then the sweep that finds a dead execution). */
const MOST_FAILURES = 600 * 0.5 * 12;

function failuresAreBounded({ failures }: Ending): string | undefined {
  return failures <= MOST_FAILURES ? undefined : `users: ${failures} requests failed, more than ${MOST_FAILURES}`;
}
