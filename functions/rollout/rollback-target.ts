import { expected, NotReadyError, TransientAwsError } from '../../domain/errors.ts';
import type { Finding } from '../../domain/readiness.ts';
import type { ReturningRelease } from '../../domain/release.ts';
import { describeRouting, type Routing } from '../../domain/routing.ts';
import type { Candidate } from '../inputs.ts';
import type { FunctionFacts, Ports } from '../ports.ts';
import type { CurrentRelease } from './records.ts';

type Functions = Pick<Ports, 'functions'>;

/** Pauses between looks at a version that is being woken, in ms, the last one again and again. */
const PAUSES = [500, 1_000, 2_000, 5_000] as const;
/** Give up waiting after this many looks (about four minutes): the step is retried by the state machine. */
const LOOKS = 50;
/** What an idle version is woken with. It answers this call with an error and does not run any code. */
const WAKE = { weighbridge: 'wake' };

/**
 * What a rollback finds at the alias. It may point where the ledger says, or at the target already. Anything else somebody
 * put there for a reason: it is refused unless it is forced, and then told.
 */
export function aliasBeforeRollback(
  { rollback, function: name }: ReturningRelease,
  alias: string,
  { saved, current }: { saved: Routing | null; current: CurrentRelease | undefined },
): Finding[] {
  if (saved === null) return [];
  const known = [current?.lambdaVersion, rollback.lambdaVersion];
  if (Object.keys(saved.weights).length === 0 && known.includes(saved.version)) return [];
  const what = `alias ${alias} of ${name} at version ${current?.lambdaVersion ?? '-'}, where ${current?.release ?? 'a release'} put it`;
  const todo = rollback.force
    ? `it is overwritten, as ${rollback.by} wants`
    : 'somebody moved it: look who and why, then overwrite that with `--force`, or leave it';
  const message = expected(what, describeRouting(saved), todo);
  return [{ check: 'alias', severity: rollback.force ? 'warn' : 'refuse', message }];
}

/**
 * The published version that served the release, if it still is what it was.
 * @throws NotReadyError when it is gone, has other code, or failed: reject.
 */
export async function publishedTarget(release: ReturningRelease, ports: Functions): Promise<Candidate> {
  const { codeSha256 } = await existing(release, ports);
  return { version: release.rollback.lambdaVersion, codeSha256 };
}

/**
 * Waits until the target can be invoked. A version that was idle for long is Inactive, and an invocation is what wakes it.
 * Source: Lambda guide, "Activating and managing Lambda SnapStart" and "Troubleshooting SnapStart errors".
 * @returns the states that were seen, for the evidence.
 * @throws TransientAwsError while it is not Active: retry.
 */
export async function wakeTarget(
  release: ReturningRelease,
  ports: Pick<Ports, 'functions' | 'sleep'>,
): Promise<readonly string[]> {
  const seen: string[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const { state } = await existing(release, ports);
    if (seen.at(-1) !== state) seen.push(state);
    if (state === 'Active') return seen;
    if (state === 'Inactive') await knock(release, ports);
    await ports.sleep(PAUSES[Math.min(look, PAUSES.length - 1)] ?? 5_000);
  }
  const what = `version ${release.rollback.lambdaVersion} of ${release.function} to become Active`;
  throw new TransientAwsError(expected(what, seen.join(', then '), 'it is looked at again'));
}

/** The answer is an error as long as the version sleeps: what counts is the state afterwards. */
async function knock({ function: name, rollback }: ReturningRelease, { functions }: Functions): Promise<void> {
  await functions.invoke(name, rollback.lambdaVersion, WAKE).catch(() => undefined);
}

async function existing(release: ReturningRelease, { functions }: Functions): Promise<FunctionFacts> {
  const { lambdaVersion } = release.rollback;
  const facts = await functions.describe(release.function, lambdaVersion);
  const what = `version ${lambdaVersion} of ${release.function}, which served ${release.version}`;
  const todo = 'go back to another release with `--to`, or release a corrected version';
  if (!facts) throw new NotReadyError(expected(what, 'a version that was deleted', todo));
  if (facts.state === 'Failed') throw new NotReadyError(expected(`${what}, in working order`, 'state Failed', todo));
  if (facts.codeSha256 === release.codeSha256) return facts;
  throw new NotReadyError(
    expected(`${what}, with code ${release.codeSha256}`, `other code (${facts.codeSha256})`, todo),
  );
}
