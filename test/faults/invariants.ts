import type { Ending, PlaceEnding } from './ending.ts';
import { groupViolations } from './group-invariants.ts';
import { type Item, promotedIn, records } from './records.ts';
import type { Scenario } from './scenarios.ts';
import { tellingViolations } from './telling-invariants.ts';

type Check = (ending: Ending, scenario: Scenario) => readonly string[] | string | undefined;

/** What must hold whatever fails, once everything has settled. Empty when it does. */
export function violations(scenario: Scenario, ending: Ending): string[] {
  return CHECKS.flatMap((check) => check(ending, scenario) ?? []);
}

const CHECKS: readonly Check[] = [
  ({ places }) => places.flatMap((place) => oneVersion(place) ?? []),
  (ending, scenario) => ending.places.flatMap((place) => onlyIfAllowed(place, scenario, ending) ?? []),
  ({ places }) => places.flatMap((place) => lockIsFree(place) ?? []),
  executionsAgree,
  (ending) => ending.places.flatMap((place) => ledgerIsTrue(place, ending) ?? []),
  nothingIsOpen,
  (ending) => ending.places.flatMap((place) => currentIsTrue(place, ending) ?? []),
  evidenceIsThere,
  publishedOnce,
  nothingInUseIsGone,
  tellingViolations,
  groupViolations,
  qualified,
  failuresAreBounded,
];

function named({ function: name, environment }: PlaceEnding): string {
  return `alias ${environment} of ${name}`;
}

/** An alias that was there stays there; a first release may leave none. */
function oneVersion(place: PlaceEnding): string | undefined {
  if (place.serves === undefined && place.began !== undefined) return `${named(place)}: it is gone`;
  if (place.serves !== 'split') return undefined;
  return `${named(place)}: expected one version without weights, got ${JSON.stringify(place.alias)}`;
}

/** What is served was served before, or a verdict or a person allowed it. */
function onlyIfAllowed(place: PlaceEnding, { allowed }: Scenario, ending: Ending): string | undefined {
  const { serves, began, environment } = place;
  if (serves === undefined || serves === 'split' || serves === began) return undefined;
  if (allowed[environment]?.includes(serves) || saysItFailed(ending)) return undefined;
  return `${named(place)}: serves ${serves}, which no verdict allowed`;
}

/** A group that could not be taken back names the members that are still there (group-invariants.ts). */
function saysItFailed({ items }: Ending): boolean {
  return items.some(({ pk, status }) => pk === 'group' && status === 'rollbackFailed');
}

function lockIsFree(place: PlaceEnding): string | undefined {
  return place.lockOwner === '' ? undefined : `lock of ${place.environment}: held by ${place.lockOwner}`;
}

const BACK = ['rolledBack', 'rejected', 'stopped'];
const KILLED = [...BACK, 'promoted'];

/** How an execution's last rollout may have ended, by its own end. */
const ENDED: Readonly<Record<string, readonly string[]>> = {
  SUCCEEDED: ['promoted'],
  FAILED: BACK,
  ABORTED: KILLED,
  TIMED_OUT: KILLED,
};

/** Each record's status is one that its execution can end with: in all environments before its last it was promoted. */
function executionsAgree(ending: Ending): string[] {
  return ending.executions.flatMap(({ executionArn, status }) => {
    const own = records(ending).filter(({ execution }) => execution === executionArn);
    const wrong = own.filter((record, index) => !mayBe(record, status, index === own.length - 1));
    if (wrong.length === 0) return [];
    return `ledger: ${own.map((one) => String(one['status'])).join(', ')} of an execution that ended ${status}`;
  });
}

/** A rollback by hand that fails after it moved the alias is not taken back. */
function mayBe({ kind, status }: Item, execution: string, last: boolean): boolean {
  if (!last) return status === 'promoted';
  if (kind === 'rollback' && execution === 'FAILED') return KILLED.includes(String(status));
  return ENDED[execution]?.includes(String(status)) ?? false;
}

/** The alias serves what the last rollout brought that was promoted there, or what it served before. */
function ledgerIsTrue(place: PlaceEnding, ending: Ending): string | undefined {
  const promoted = promotedIn(place, ending);
  const said = promoted.length > 0 ? String(promoted.at(-1)?.['release']) : place.began;
  if (place.serves === said) return undefined;
  const all = records(ending).map(({ release, status }) => `${String(release)} ${String(status)}`);
  return `ledger: says ${all.join(', ') || 'nothing'}, but ${named(place)} serves ${place.serves}`;
}

function nothingIsOpen({ items }: Ending): string | undefined {
  const open = items.filter(
    ({ pk, sk, status }) =>
      pk === 'open' || pk === 'queue' || (status === 'running' && (pk === 'group' || /^rollout#.*T/.test(sk))),
  );
  return open.length === 0 ? undefined : `ledger: still open: ${open.map(({ pk, sk }) => `${pk} ${sk}`).join(', ')}`;
}

/** The release that the ledger takes to be in place is the one that the alias serves, under its number. */
function currentIsTrue(place: PlaceEnding, { items }: Ending): string | undefined {
  const current = items.find(({ pk }) => pk === `current#${place.function}#${place.environment}`);
  const version = place.alias?.FunctionVersion;
  if (current?.['release'] === place.serves && current?.['lambdaVersion'] === version) return undefined;
  const said = current ? `${String(current['release'])} (version ${String(current['lambdaVersion'])})` : 'nothing';
  return `ledger: ${said} is current, but ${named(place)} serves ${place.serves} (version ${version})`;
}

/**
 * A rollout that published something, and a rollback, says in its evidence how it began and how it ended. One that was
 * refused while it began has both in one entry.
 */
function evidenceIsThere(ending: Ending): string | undefined {
  const missing = records(ending).flatMap(({ id, status, candidate }) => {
    if (!candidate) return [];
    const states = ending.items.filter(({ pk, sk }) => pk === `rollout#${String(id)}` && sk.startsWith('evidence#'));
    const has = (pattern: RegExp) => states.some(({ state }) => pattern.test(String(state)));
    const first = status === 'rejected' ? /^(BeginRollout|RejectRelease)$/ : /^BeginRollout$/;
    const last = /^(CompleteRollout|RollBack|RestoreAlias|RejectRelease|Reconcile|NotifyRollback)$/;
    return [...(has(first) ? [] : ['its beginning']), ...(has(last) ? [] : ['its end'])].map(
      (what) => `${String(id)} (${String(status)}) has no evidence of ${what}`,
    );
  });
  return missing.length === 0 ? undefined : `evidence: ${missing.join('; ')}`;
}

function publishedOnce({ versions }: Ending): string | undefined {
  const digests = versions.map(({ function: name, CodeSha256 }) => `${name} ${CodeSha256}`);
  return new Set(digests).size === digests.length
    ? undefined
    : `versions: one code is published twice: ${versions.map(({ Version }) => Version).join(', ')}`;
}

/** The versions that served before: 1, or 1 and 2 after two releases. */
function nothingInUseIsGone({ places, versions }: Ending): string | undefined {
  const there = new Set(versions.map(({ function: name, Version }) => `${name}:${Version}`));
  const gone = places.flatMap((place) => {
    const served = place.began === undefined ? [] : ['1'];
    const all = [...served, ...(place.alias?.FunctionVersion ? [place.alias.FunctionVersion] : [])];
    return all.map((version) => `${place.function}:${version}`).filter((version) => !there.has(version));
  });
  return gone.length === 0 ? undefined : `versions: ${gone.join(', ')} was deleted, although it is in use`;
}

function qualified({ unqualified }: Ending): string | undefined {
  return unqualified.length === 0 ? undefined : `calls: ${unqualified.join('; ')}`;
}

/** Requests that users lose at most: five minutes of everything (detection, then the sweep that finds a dead execution). */
const MOST_FAILURES = 600 * 0.5 * 12;

function failuresAreBounded({ failures }: Ending): string | undefined {
  return failures <= MOST_FAILURES ? undefined : `users: ${failures} requests failed, more than ${MOST_FAILURES}`;
}
