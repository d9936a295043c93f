import { ConcurrentChangeError, expected, InvariantError, NotReadyError, TransientAwsError } from '../domain/errors.ts';
import type { ReturningRelease, UploadedRelease } from '../domain/release.ts';
import { type Candidate, publishVersionInput, type PublishVersionInput } from './inputs.ts';
import type { Conflict, FunctionFacts, Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { publishedTarget } from './rollout/rollback-target.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'functions' | 'ledger' | 'sleep'>;

/** Pauses between looks at a function that is busy, in ms: quick at first, then slow enough for 200 rollouts at once. */
const PAUSES = [200, 400, 800, 1_500, 3_000, 5_000] as const;
/** Give up waiting after this many looks (about 100 s): the step is retried by the state machine. */
const LOOKS = 24;

/**
 * Brings the release's code and the environment's configuration to `$LATEST`, waits until Lambda is ready, publishes, and
 * waits until the version is Active. Each part is done only if what is there differs, so a retry goes on where it stopped.
 * @throws TransientAwsError while Lambda is not ready: retry.
 * @throws ConcurrentChangeError when somebody else changes the function at the same time: reject.
 * @throws NotReadyError when Lambda could not apply the update: reject.
 */
export async function publishVersion(input: PublishVersionInput, ports: Needs): Promise<{ candidate: Candidate }> {
  const { release, rollout } = input;
  if (release.kind === 'rollback') return known(release, input, ports);
  await bringCode(release, ports);
  await bringConfiguration(input, ports);
  const latest = await settled(release.function, ports);
  if (latest.codeSha256 !== release.codeSha256) {
    throw new ConcurrentChangeError(
      expected(
        `code ${release.codeSha256} in $LATEST`,
        latest.codeSha256,
        'somebody else deploys this function too: stop that, then release again',
      ),
    );
  }
  const published = await ports.functions.publish(release.function, latest, `${release.version} by Weighbridge`);
  if (isConflict(published)) throw changedMeanwhile(release.function);
  const facts = await settled(release.function, ports, published);
  if (facts.codeSha256 !== release.codeSha256) {
    throw new InvariantError(
      expected(`version ${published} with code ${release.codeSha256}`, facts.codeSha256, 'do not use this version'),
    );
  }
  await ports.ledger.recordPublished(release, published);
  await ports.ledger.updateRollout(rollout, { candidate: published, phase: 'published' });
  const candidate = { version: published, codeSha256: facts.codeSha256 };
  await attest(input, ports.ledger, { candidate });
  return { candidate };
}

/** A rollback publishes nothing and leaves $LATEST alone: its version has been there since it was released. */
async function known(
  release: ReturningRelease,
  input: PublishVersionInput,
  ports: Needs,
): Promise<{ candidate: Candidate }> {
  const candidate = await publishedTarget(release, ports);
  await ports.ledger.updateRollout(input.rollout, { candidate: candidate.version, phase: 'published' });
  await attest(input, ports.ledger, { candidate, published: false });
  return { candidate };
}

async function bringCode(release: UploadedRelease, ports: Needs): Promise<void> {
  const latest = await settled(release.function, ports);
  if (latest.codeSha256 === release.codeSha256) return;
  if (isConflict(await ports.functions.updateCode(release.function, release, latest.revisionId)))
    throw changedMeanwhile(release.function);
}

async function bringConfiguration({ release, plan }: PublishVersionInput, ports: Needs): Promise<void> {
  if (!plan.configuration) return;
  const wanted = { ...plan.configuration.variables, ...plan.configuration.secrets };
  const latest = await settled(release.function, ports);
  if (sameVariables(wanted, latest.variables)) return;
  const answer = await ports.functions.updateVariables(release.function, wanted, latest.revisionId);
  if (isConflict(answer)) throw changedMeanwhile(release.function);
}

/** Polls until the function or version has finished what it was doing. */
async function settled(functionName: string, { functions, sleep }: Needs, version?: string): Promise<FunctionFacts> {
  for (let look = 0; look < LOOKS; look++) {
    const facts = await functions.describe(functionName, version);
    if (!facts)
      throw new NotReadyError(
        expected(`${functionName} to exist`, 'no such function', 'create it, then release again'),
      );
    if (facts.state === 'Failed' || facts.lastUpdateStatus === 'Failed') throw updateFailed(functionName, facts);
    if (facts.state !== 'Pending' && facts.lastUpdateStatus !== 'InProgress') return facts;
    await sleep(PAUSES[Math.min(look, PAUSES.length - 1)] ?? 5_000);
  }
  throw new TransientAwsError(
    expected(
      `${functionName}${version ? `:${version}` : ''} to become ready`,
      'an update that is still in progress',
      'try again',
    ),
  );
}

function updateFailed(functionName: string, facts: FunctionFacts): NotReadyError {
  const came = `${facts.state}, last update ${facts.lastUpdateStatus}: ${facts.lastUpdateReason ?? 'no reason given'}`;
  return new NotReadyError(
    expected(`Lambda to apply the update of ${functionName}`, came, 'mend what it names, then release again'),
  );
}

/** The revision that we read is no longer the latest: read and decide again. */
function changedMeanwhile(functionName: string): TransientAwsError {
  return new TransientAwsError(
    expected(`${functionName} as it was read`, 'a function that changed meanwhile', 'read it again'),
  );
}

function sameVariables(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

function isConflict(answer: void | string | Conflict): answer is Conflict {
  return typeof answer === 'object';
}

export const step = defineStep({
  state: 'PublishVersion',
  input: publishVersionInput,
  mutates: true,
  run: publishVersion,
});
export const handler = serve(step);
