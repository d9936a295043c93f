import { codeOf, type Pipeline, sha256 } from '../support/pipeline.ts';
import type { Beginning, Execution } from './beginnings.ts';
import { executionsOf } from './beginnings.ts';
import { LATER, NEWER, RELEASE, type Scenario } from './scenarios.ts';

/** What people were told, as SNS and the webhook took it. */
export interface Told {
  readonly channel: 'sns' | 'slack';
  readonly outcome: string;
  readonly execution: string;
  /** Whether it names something that could not be taken back. */
  readonly rest: boolean;
}

/** One environment of one function, as a run left it. */
export interface PlaceEnding {
  readonly function: string;
  readonly environment: string;
  readonly alias: Awaited<ReturnType<Pipeline['alias']>>;
  /** The release that the alias serves alone; `split` when it serves two versions, undefined when it does not exist. */
  readonly serves: string | undefined;
  /** What it served before. */
  readonly began: string | undefined;
  readonly lockOwner: string;
}

export interface PublishedVersion {
  readonly function: string;
  readonly Version: string;
  readonly CodeSha256: string;
}

/** What a run left behind. */
export interface Ending {
  readonly places: readonly PlaceEnding[];
  readonly items: Awaited<ReturnType<Pipeline['items']>>;
  /** Those that the scenario brought about, the oldest first. */
  readonly executions: readonly Execution[];
  /** The first first. */
  readonly notices: readonly Told[];
  /** Whether a fault struck a step that tells people: it may have told them and died before writing that down. */
  readonly mayTellTwice: boolean;
  readonly unqualified: readonly string[];
  readonly versions: readonly PublishedVersion[];
  readonly failures: number;
}

/** What the services show of a run. */
export async function endingOf(
  pipeline: Pipeline,
  { environments }: Scenario,
  { functions, served, executions }: Beginning,
): Promise<Pick<Ending, 'places' | 'items' | 'executions' | 'versions'>> {
  const versions = (await Promise.all(functions.map((name) => versionsOf(pipeline, name)))).flat();
  const places = functions.flatMap((name) => environments.map((one) => ({ function: name, environment: one.name })));
  return {
    versions,
    places: await Promise.all(places.map((place) => placeEnding(pipeline, { ...place, began: served }, versions))),
    items: await pipeline.items(),
    executions: (await executionsOf(pipeline)).filter(({ executionArn }) => !executions.has(executionArn)),
  };
}

async function placeEnding(
  pipeline: Pipeline,
  place: Pick<PlaceEnding, 'function' | 'environment' | 'began'>,
  versions: readonly PublishedVersion[],
): Promise<PlaceEnding> {
  const alias = await pipeline.alias(place.environment, place.function);
  const lockOwner = await pipeline.lockOwner(place.environment, place.function);
  const split = Object.keys(alias?.RoutingConfig?.AdditionalVersionWeights ?? {}).length > 0;
  const version = versions.find((one) => one.function === place.function && one.Version === alias?.FunctionVersion);
  const alone = alias && (version ? await releaseOf(version) : `version ${alias.FunctionVersion}, which is gone`);
  return { ...place, alias, serves: split ? 'split' : alone, lockOwner };
}

/** Every release that runs know, by its code. */
let releases: Promise<ReadonlyMap<string, string>> | undefined;

async function releaseOf({ CodeSha256, Version }: PublishedVersion): Promise<string> {
  releases ??= byCode(['1.0.0', RELEASE, '1.2.0', NEWER, LATER]);
  return (await releases).get(CodeSha256) ?? `version ${Version}, which is no release`;
}

async function byCode(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(names.map(async (name) => [sha256(await codeOf(name)), name] as const)));
}

async function versionsOf({ sandbox }: Pipeline, FunctionName: string): Promise<PublishedVersion[]> {
  const account = { kind: 'account' } as const;
  const { Versions } = await sandbox.world.call<{ Versions: Omit<PublishedVersion, 'function'>[] }>(
    'Lambda',
    'ListVersionsByFunction',
    { FunctionName },
    account,
  );
  const published = Versions.filter(({ Version }) => Version !== '$LATEST');
  return published.map(({ Version, CodeSha256 }) => ({ function: FunctionName, Version, CodeSha256 }));
}

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/was rolled back|CAME TO NOTHING/, 'rolledBack'],
  [/is done/, 'rolledBackByHand'],
  [/was refused/, 'rejected'],
  [/put right|was cut short/, 'reconciled'],
  [/COULD NOT BE (ROLLED BACK|FINISHED)/, 'rollbackFailed'],
];

/** What the webhook got, in the words of notices. */
export function slackNotices(messages: readonly object[]): Told[] {
  return messages.map((message) => {
    const text = (message as { text: string }).text;
    const execution = /arn:aws:states:[^"?]*/.exec(JSON.stringify(message).replaceAll('%3A', ':'))?.[0] ?? '';
    const outcome = WORDS.find(([words]) => words.test(text))?.[1] ?? text;
    const rest = JSON.stringify(message).includes('Not taken back');
    return { channel: 'slack' as const, outcome, execution, rest };
  });
}
