import { expected, InvalidReleaseError } from '../../domain/errors.ts';
import { hasHandler } from '../../domain/package-files.ts';
import { planRollouts } from '../../domain/plan.ts';
import { parsePolicy } from '../../domain/policy.ts';
import { versionOrder } from '../../domain/readiness.ts';
import { manifestBeside, parseManifest } from '../../domain/release.ts';
import type { Ports } from '../ports.ts';
import type { GroupPart } from './records.ts';

type Needs = Pick<Ports, 'artifacts' | 'policies' | 'functions' | 'ledger'>;
type Member = Pick<GroupPart, 'function' | 'version' | 'key'>;

/**
 * Everything about a member that would only fail its rollout later, when others have moved: function, policy, version,
 * `release.json`, artifact. Reads only.
 * @returns which bytes are released, and from what.
 * @throws InvalidReleaseError naming the first thing that is wrong.
 */
export async function checkMember(
  member: Member,
  bucket: string,
  ports: Needs,
): Promise<Pick<GroupPart, 'versionId' | 'environments'>> {
  const facts = await ports.functions.describe(member.function);
  if (!facts) throw wrong(`a function named ${member.function}`, 'none', 'create the function first');
  if (facts.packageType !== 'Zip')
    throw wrong('a function that is deployed from a zip', `package type ${facts.packageType}`, 'release it otherwise');
  const environments = await environmentsOf(member, ports);
  const artifact = await ports.artifacts.read(bucket, member.key, undefined);
  if (!artifact) throw wrong(`object ${member.key}`, 'nothing', 'upload it before group.json');
  if (artifact.problem || !hasHandler(artifact.files, facts)) {
    const came = artifact.problem ?? `one without handler ${facts.handler ?? '-'}`;
    throw wrong(`${member.key} to be a zip with the function’s handler`, came, 'zip it again');
  }
  await refuseOtherBytes(member, artifact.codeSha256, ports);
  parseManifest((await ports.artifacts.text(bucket, manifestBeside(member.key))) ?? '{}');
  return { versionId: artifact.versionId ?? 'null', environments };
}

/** The environments of its policy, each with what it serves; the member may serve that already, but no newer release. */
async function environmentsOf(
  { function: name, version }: Member,
  { policies, ledger }: Needs,
): Promise<GroupPart['environments']> {
  const { name: parameter, text } = await policies.read(name);
  if (text === undefined) throw wrong(`a policy in ${parameter}`, 'none', 'write one with `weighbridge policy put`');
  const plans = planRollouts(parsePolicy(text));
  return Promise.all(
    plans.map(async ({ environment }) => {
      const current = (await ledger.current({ function: name, environment }))?.release;
      const [refusal] = current === version ? [] : versionOrder(version, current);
      if (refusal) throw new InvalidReleaseError(`${environment}: ${refusal.message}`);
      return { name: environment, from: current ?? null };
    }),
  );
}

async function refuseOtherBytes({ function: name, version }: Member, sha256: string, { ledger }: Needs): Promise<void> {
  const digest = await ledger.publishedDigest(name, version);
  if (digest === undefined || digest === sha256) return;
  const what = `${version} with the bytes it was first published with (SHA-256 ${digest})`;
  throw wrong(what, `other bytes (${sha256})`, 'a release is immutable: give the change a newer version');
}

function wrong(...words: Parameters<typeof expected>): InvalidReleaseError {
  return new InvalidReleaseError(expected(...words));
}
