import type { Target } from './target.ts';

/** Asks once a second, in the target's time, until the answer is wanted. @throws Error after two minutes. */
export async function until<T>(target: Target, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (let second = 0; second < 120; second++) {
    const answer = await ask();
    if (wanted(answer)) return answer;
    await target.sleep(1000);
  }
  throw new Error('expected it within two minutes');
}
