import type { CodeObject } from '../../domain/journal/change.ts';
import type { UploadedRelease } from '../../domain/release.ts';
import type { FunctionFacts, Ports } from '../ports.ts';

/**
 * Where the code lies that $LATEST has before a release overwrites it: with the release that brought it, or, if none did,
 * in a copy that is made now. Without either the release goes on, and its record says that this code cannot be restored:
 * the alias, which is what users meet, does not depend on it.
 */
export async function codeBefore(
  { function: name, bucket }: UploadedRelease,
  { codeSha256, codeLocation }: FunctionFacts,
  { artifacts, ledger }: Pick<Ports, 'artifacts' | 'ledger'>,
): Promise<{ object: CodeObject | null; problem?: string }> {
  try {
    const known = await ledger.publishedCode(name, codeSha256);
    if (known && (await artifacts.exists(known.bucket, known.key, known.versionId))) return { object: known };
    if (!codeLocation) return { object: null, problem: 'Lambda did not say where to fetch it' };
    const key = `saved/${name}/${Buffer.from(codeSha256, 'base64').toString('hex')}.zip`;
    return { object: await artifacts.keep(codeLocation, { bucket, key, codeSha256 }) };
  } catch (cause) {
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    return { object: null, problem: `it could not be kept before it was overwritten (${why})` };
  }
}
