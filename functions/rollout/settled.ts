import { expected, NotReadyError, TransientAwsError } from '../../domain/errors.ts';
import type { FunctionFacts, Ports } from '../ports.ts';

/** Pauses between looks at a function that is busy, in ms: quick at first, then slow enough for 200 rollouts at once. */
const PAUSES = [200, 400, 800, 1_500, 3_000, 5_000] as const;
/** Give up waiting after this many looks (about 100 s): the step is retried by the state machine. */
const LOOKS = 24;

/**
 * Polls until the function or version has finished what it was doing. A failed update is an end too, if `failedToo`.
 * @throws NotReadyError when there is no such function, or Lambda could not apply its last update: reject.
 * @throws TransientAwsError when it is still busy after `looks` looks: retry.
 */
export async function settled(
  functionName: string,
  { functions, sleep }: Pick<Ports, 'functions' | 'sleep'>,
  { version, looks = LOOKS, failedToo = false }: { version?: string; looks?: number; failedToo?: boolean } = {},
): Promise<FunctionFacts> {
  for (let look = 0; look < looks; look++) {
    const facts = await functions.describe(functionName, version);
    if (!facts)
      throw new NotReadyError(
        expected(`${functionName} to exist`, 'no such function', 'create it, then release again'),
      );
    const failed = facts.state === 'Failed' || facts.lastUpdateStatus === 'Failed';
    if (failed && failedToo) return facts;
    if (failed) throw updateFailed(functionName, facts);
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
