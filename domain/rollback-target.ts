import { expected, NotReadyError } from './errors.ts';

/** One release as an environment served it. `codeSha256` is absent where only the ledger's list of releases knows it. */
export type Served = { release: string; lambdaVersion: string; codeSha256?: string | undefined };

/** What is known of one rollout of the environment that was carried through. */
export type PastRollout = {
  readonly id: string;
  readonly kind?: 'release' | 'rollback' | undefined;
  readonly release: string;
  readonly candidate?: string | undefined;
  readonly stable: string | null;
  readonly stableRelease: string | null;
  readonly stableCodeSha256?: string | undefined;
  readonly by?: string | undefined;
  readonly endedAt?: string | undefined;
};

/** What the ledger says that the environment serves now, and which rollout put it there. */
export type InPlace = Served & { readonly rollout: string };

/** `back`: go to the target. `there`: the environment is where it is wanted already, in words why. */
export type Choice =
  { kind: 'back'; target: Served; from: string } | { kind: 'there'; target: Served; from: string; reason: string };

/** What the choice is made from. `past` holds the promoted rollouts of one environment, oldest first. */
export type Question = {
  readonly environment: string;
  readonly to?: string | undefined;
  /** What whoever asks believes to be in place. */
  readonly expected?: string | undefined;
  readonly current: InPlace | undefined;
  readonly past: readonly PastRollout[];
};

/**
 * Chooses what a rollback goes back to: the named release, or the one that was served before the present one was released.
 * An environment that was rolled back already is left there unless a release is named: whoever repeats the command, or
 * comes second, does not go back twice.
 * @throws NotReadyError when there is nothing to go back to, the environment never served what is named, or something else
 * is in place than is expected there, such as a newer release of somebody's: refuse.
 */
export function chooseTarget(question: Question): Choice {
  const { environment, current, to } = question;
  if (!current) {
    const todo = 'there is nothing to go back from: release first';
    throw new NotReadyError(expected(`a release in ${environment}`, 'an environment that serves none yet', todo));
  }
  const choice = to === undefined ? before(question, current) : named(question, current, to);
  if (choice.kind === 'back') refuseOther(question, current);
  return choice;
}

function refuseOther({ environment, expected: wanted }: Question, { release }: InPlace): void {
  if (wanted === undefined || wanted === release) return;
  const todo =
    'it came there since you looked, so it is left alone: look at `weighbridge status`, and roll back once more if you still want to';
  throw new NotReadyError(expected(`${wanted} in place in ${environment}, from which to go back`, release, todo));
}

/** Releases that the environment has served, the latest served first, each once with the version that served it last. */
export function servedReleases({ past, current }: Pick<Question, 'past' | 'current'>): Served[] {
  const all = past.flatMap((one) => [...stableOf(one), ...candidateOf(one)]);
  const latestFirst = [...all, ...(current ? [current] : [])].reverse();
  return latestFirst.filter((one, at) => latestFirst.findIndex(({ release }) => release === one.release) === at);
}

function before(question: Question, current: InPlace): Choice {
  const last = question.past.find(({ id }) => id === current.rollout);
  if (last?.kind === 'rollback') return wasRolledBack(question.environment, current, last);
  const target = wayHere(question.past, current).at(-2);
  if (target) return { kind: 'back', target, from: current.release };
  const what = `a release that ${question.environment} served before ${current.release}`;
  throw new NotReadyError(expected(what, 'none in the ledger', 'release a corrected version instead'));
}

function wasRolledBack(environment: string, current: InPlace, { by, endedAt }: PastRollout): Choice {
  const how = `${environment} was rolled back to ${current.release}${by ? ` by ${by}` : ''}${endedAt ? ` at ${endedAt}` : ''}`;
  const reason = `${how} already; to go elsewhere, name the release with --to`;
  return { kind: 'there', target: current, from: current.release, reason };
}

function named({ environment, past }: Question, current: InPlace, to: string): Choice {
  const from = current.release;
  if (to === from) return { kind: 'there', target: current, from, reason: `${environment} serves ${to} already` };
  const served = servedReleases({ past, current });
  const target = served.find(({ release }) => release === to);
  if (target) return { kind: 'back', target, from };
  const others = served.map(({ release }) => release).filter((release) => release !== from);
  const todo =
    others.length > 0 ? `name one of ${others.join(', ')}` : 'it has served nothing else: release it instead';
  throw new NotReadyError(expected(`a release that ${environment} has served`, to, todo));
}

/**
 * The releases that led to the present one, the present one last. A release goes on top; a rollback takes away what was on
 * top of its target, so that the next one goes further back and never forward to what was found bad.
 */
function wayHere(past: readonly PastRollout[], current: InPlace): Served[] {
  const way: Served[] = [];
  for (const one of past) {
    for (const stable of stableOf(one)) arrive(way, stable, true);
    for (const candidate of candidateOf(one)) arrive(way, candidate, one.kind === 'rollback');
  }
  arrive(way, current, true);
  return way;
}

function arrive(way: Served[], served: Served, back: boolean): void {
  const at = way.findLastIndex(({ release }) => release === served.release);
  if (at === way.length - 1 && at >= 0) way[at] = served;
  else if (back && at >= 0) way.splice(at, way.length, served);
  else way.push(served);
}

function stableOf({ stable, stableRelease, stableCodeSha256 }: PastRollout): Served[] {
  if (stable === null || stableRelease === null) return [];
  return [{ release: stableRelease, lambdaVersion: stable, codeSha256: stableCodeSha256 }];
}

function candidateOf({ release, candidate }: PastRollout): Served[] {
  return candidate === undefined ? [] : [{ release, lambdaVersion: candidate }];
}
