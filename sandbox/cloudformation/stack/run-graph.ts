import type { Dependencies } from '../template/dependencies.ts';

export interface Failure {
  readonly logicalId: string;
  readonly error: unknown;
}

/**
 * Runs `work` for every node as soon as all that it depends on is done, side by side. After a failure nothing new
 * starts; what runs already is waited for. Answers the failures in the order they happened.
 */
export async function runGraph(
  dependencies: Dependencies,
  work: (logicalId: string) => Promise<void>,
): Promise<readonly Failure[]> {
  const failures: Failure[] = [];
  const running = new Map<string, Promise<void>>();
  const run = async (logicalId: string): Promise<void> => {
    await Promise.all([...(dependencies.get(logicalId) ?? [])].map(start));
    if (failures.length > 0) return;
    await work(logicalId).catch((error: unknown) => void failures.push({ logicalId, error }));
  };
  const start = (logicalId: string): Promise<void> => {
    const promise = running.get(logicalId) ?? run(logicalId);
    running.set(logicalId, promise);
    return promise;
  };
  await Promise.all([...dependencies.keys()].map(start));
  return failures;
}
