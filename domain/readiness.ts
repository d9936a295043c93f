import { credentialIn } from './credentials.ts';
import { expected } from './errors.ts';
import { compareVersions } from './release.ts';

/** One thing that was found before a rollout. `refuse` stops it, `warn` is told and kept as evidence. */
export type Finding = { check: string; severity: 'refuse' | 'warn'; message: string };

/** Something that invokes the function: by a qualifier, or the bare function when there is none. */
export type Trigger = { readonly qualifier: string | undefined; readonly why: string };

/** What both versions of a split must share. */
export type SplitFacts = {
  readonly version: string;
  readonly role: string;
  readonly deadLetterArn?: string | undefined;
};

/** Refuses a release that is older than the one in place: going back is a rollback, not a release. */
export function versionOrder(candidate: string, current: string | undefined): Finding[] {
  if (current === undefined || compareVersions(candidate, current) > 0) return [];
  const what = `a version above ${current}, which is in place`;
  return [refusal('version order', expected(what, candidate, 'raise the version, or roll back to go back'))];
}

/**
 * Names triggers that the rollout cannot protect. What invokes the bare function or $LATEST would meet new code the moment
 * it is uploaded, before any check, so it is refused; what is tied to one version never meets it, which is only told.
 */
export function triggersBypassingAlias(triggers: readonly Trigger[], alias: string): Finding[] {
  return triggers.flatMap(({ qualifier, why }) => {
    if (qualifier === undefined || qualifier === '$LATEST') return [refusal('trigger', bypass(why, alias))];
    return /^\d+$/.test(qualifier) ? [warning('trigger', pinned(why, qualifier, alias))] : [];
  });
}

/** Says which event source mappings of the bare function the release will move, so that it is no surprise. */
export function sourcesToMove(uuids: readonly string[], alias: string, aliasExists: boolean): Finding[] {
  return uuids.map((uuid) => {
    const what = `event source mapping ${uuid} to name the alias ${alias}`;
    const moved = 'it is moved there before $LATEST changes, as the policy says';
    const todo = `there is no alias ${alias} yet: disable the mapping for the first release, or create the alias at a published version`;
    const message = expected(what, 'the bare function', aliasExists ? moved : todo);
    return aliasExists ? warning('trigger', message) : refusal('trigger', message);
  });
}

/** Warns that the capacity which an alias keeps ready is not ready for the new version at once. */
export function capacityFollows(alias: string): Finding {
  const what = `alias ${alias} to have as much ready after its move as before`;
  const todo =
    'Lambda allocates its provisioned concurrency to the new version in minutes, and back after a rollback; meanwhile requests start environments on demand';
  return warning('provisioned concurrency', expected(what, 'provisioned concurrency, which follows the alias', todo));
}

/**
 * Refuses environment variables that hold a credential in the clear, and warns of those that may: everyone who may read the
 * function's configuration, that of old versions included, could read it. The value is never repeated.
 */
export function secretsInEnvironment(variables: Readonly<Record<string, string>>): Finding[] {
  return Object.entries(variables).flatMap(([name, value]) => {
    const suspicion = credentialIn(name, value);
    if (!suspicion) return [];
    const todo = 'store it in Secrets Manager and name it under `configuration.secrets` of the policy';
    const message = expected(`environment variable ${name} to hold no credential`, suspicion.what, todo);
    return [suspicion.certain ? refusal('secrets', message) : warning('secrets', message)];
  });
}

/**
 * Refuses a pair of versions between which Lambda cannot split an alias: they need the same execution role and the same
 * dead-letter target ("Lambda function aliases: weighted alias" in the Lambda guide).
 */
export function roleDiffers(candidate: SplitFacts, stable: SplitFacts): Finding[] {
  const differences: Finding[] = [];
  if (candidate.role !== stable.role) differences.push(different('role', candidate.role, stable.role, stable.version));
  if (candidate.deadLetterArn !== stable.deadLetterArn) {
    const [ours, theirs] = [candidate.deadLetterArn ?? 'none', stable.deadLetterArn ?? 'none'];
    differences.push(different('dead-letter target', ours, theirs, stable.version));
  }
  return differences;
}

/** Refuses alarms that the policy names and nobody created: they would look quiet for ever. */
export function missingAlarms(named: readonly string[], found: readonly string[]): Finding[] {
  return named
    .filter((name) => !found.includes(name))
    .map((name) =>
      refusal('alarm', expected(`alarm ${name}`, 'no alarm of that name', 'create it or correct the policy')),
    );
}

function bypass(why: string, alias: string): string {
  return expected(
    `${why} to name the alias ${alias}`,
    'the bare function',
    `point it at the alias ${alias}, or remove it`,
  );
}

function pinned(why: string, version: string, alias: string): string {
  return expected(`${why} to name the alias ${alias}`, `version ${version}`, 'it will not meet the new release');
}

function different(what: string, candidate: string, stable: string, version: string): Finding {
  const todo = 'use allAtOnce or blueGreen for this release, or make both alike';
  return refusal(what, expected(`the ${what} of stable version ${version}, ${stable}`, candidate, todo));
}

function refusal(check: string, message: string): Finding {
  return { check, severity: 'refuse', message };
}

function warning(check: string, message: string): Finding {
  return { check, severity: 'warn', message };
}
