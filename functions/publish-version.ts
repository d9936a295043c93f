import { ConcurrentChangeError, expected, InvariantError, TransientAwsError } from '../domain/errors.ts';
import { type Change, sameVariables } from '../domain/journal/change.ts';
import type { ReturningRelease, UploadedRelease } from '../domain/release.ts';
import { type Candidate, publishVersionInput, type PublishVersionInput } from './inputs.ts';
import type { Conflict, Ports } from './ports.ts';
import { codeBefore } from './rollout/code-before.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { journaled } from './rollout/journal.ts';
import { publishedTarget } from './rollout/rollback-target.ts';
import { settled } from './rollout/settled.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'functions' | 'references' | 'artifacts' | 'ledger' | 'sleep'>;

/**
 * Brings the release's code and the environment's configuration to `$LATEST`, waits until Lambda is ready, publishes, and
 * waits until the version is Active. What it changes is recorded before, for a rollback to take back. Each part is done only
 * if what is there differs, so a retry goes on where it stopped. One that is redriven first asks whether the rollout still is
 * its own.
 * @throws TransientAwsError while Lambda is not ready: retry.
 * @throws ConcurrentChangeError when somebody else changes the function at the same time, or has taken the lock: reject.
 * @throws NotReadyError when Lambda could not apply the update: reject.
 */
export async function publishVersion(input: PublishVersionInput, ports: Needs): Promise<{ candidate: Candidate }> {
  const { release, rollout, execution } = input;
  if (execution.redriven) await keepLock(input, ports.ledger);
  if (release.kind === 'rollback') return known(release, input, ports);
  await moveEventSources(input, ports);
  await bringCode(input, release, ports);
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
  const facts = await settled(release.function, ports, { version: published });
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

/** Before $LATEST changes: what invokes the bare function meets new code the moment it is uploaded. */
async function moveEventSources(input: PublishVersionInput, ports: Needs): Promise<void> {
  const { release, plan } = input;
  if (plan.moveEventSourcesTo === undefined) return;
  const bare = (await ports.references.mappings(release.function)).filter(
    ({ qualifier }) => qualifier === undefined || qualifier === '$LATEST',
  );
  for (const { uuid, source, functionArn } of bare) {
    const after = `${functionArn.replace(/:\$LATEST$/, '')}:${plan.moveEventSourcesTo}`;
    const change: Change = { kind: 'mapping', uuid, source, before: functionArn, after };
    const make = () => ports.references.pointMapping(uuid, after);
    if (isConflict(await journaled(input, ports.ledger, change, make))) throw changedMeanwhile(release.function);
  }
}

async function bringCode(input: PublishVersionInput, release: UploadedRelease, ports: Needs): Promise<void> {
  const latest = await settled(release.function, ports);
  if (latest.codeSha256 === release.codeSha256) return;
  const before = { codeSha256: latest.codeSha256, ...(await codeBefore(release, latest, ports)) };
  const change: Change = { kind: 'code', before, after: release.codeSha256 };
  const make = () => ports.functions.updateCode(release.function, release, latest.revisionId);
  if (isConflict(await journaled(input, ports.ledger, change, make))) throw changedMeanwhile(release.function);
}

async function bringConfiguration(input: PublishVersionInput, ports: Needs): Promise<void> {
  const { release, plan } = input;
  if (!plan.configuration) return;
  const wanted = { ...plan.configuration.variables, ...plan.configuration.secrets };
  const latest = await settled(release.function, ports);
  if (sameVariables(wanted, latest.variables)) return;
  const change: Change = { kind: 'variables', before: latest.variables, after: wanted };
  const make = () => ports.functions.updateVariables(release.function, wanted, latest.revisionId);
  if (isConflict(await journaled(input, ports.ledger, change, make))) throw changedMeanwhile(release.function);
}

/** The revision that we read is no longer the latest: read and decide again. */
function changedMeanwhile(functionName: string): TransientAwsError {
  return new TransientAwsError(
    expected(`${functionName} as it was read`, 'a function that changed meanwhile', 'read it again'),
  );
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
