import { concurrencyFor } from '../../domain/health/traffic.ts';
import type { ShiftTrafficInput } from '../inputs.ts';
import type { Ports } from '../ports.ts';

/** What came of warming: how many environments were wanted, how many invocations answered in time, and what went wrong. */
export interface Warmed {
  readonly wanted: number;
  readonly answered: number;
  readonly problem?: string;
}

/** How far back an alias's traffic is looked at, in ms: long enough for a burst to show, short enough to be of today. */
const LOOK_BACK = 60 * 60_000;
/** Warming never holds a rollout up for longer, in ms. */
const PATIENCE = 15_000;

/**
 * Invokes the candidate as often at once as the share that it is about to get keeps environments busy, with the contract's
 * first event: its users do not meet the cold starts. Whatever goes wrong is no reason to stop; the figures will tell.
 * @param percent share that the candidate is about to get.
 */
export async function warm(
  input: ShiftTrafficInput,
  percent: number,
  ports: Pick<Ports, 'functions' | 'health' | 'sleep'>,
): Promise<Warmed> {
  const [sample] = input.release.contract;
  if (sample === undefined) return { wanted: 0, answered: 0 };
  const warmed = { wanted: 0, answered: 0 };
  const problems: string[] = [];
  const note = (cause: unknown) => void problems.push(cause instanceof Error ? cause.name : String(cause));
  warmed.wanted = await environments(input, percent, ports).catch((cause: unknown) => (note(cause), 0));
  const asked = Array.from({ length: warmed.wanted }, async () => {
    const answer = await ports.functions.invoke(input.release.function, input.candidate.version, sample.event);
    if (!answer.functionError) warmed.answered++;
  });
  const all = Promise.all(asked.map((one) => one.catch(note)));
  if (warmed.wanted > 0) await Promise.race([all, ports.sleep(PATIENCE)]);
  return { ...warmed, ...(problems[0] !== undefined && { problem: problems[0] }) };
}

async function environments(
  { release, plan, rollout, step }: ShiftTrafficInput,
  percent: number,
  { health }: Pick<Ports, 'health'>,
): Promise<number> {
  if (plan.verify.warm !== 'auto') return plan.verify.warm;
  if (rollout.saved === null) return 0;
  const query = { functionName: release.function, alias: plan.alias, periodSeconds: 60 };
  return concurrencyFor(await health.traffic({ ...query, from: step.now - LOOK_BACK, to: step.now }), percent);
}
