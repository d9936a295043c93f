import { addRows, decodeRows, encodeRows, newRows, rowsOf } from '../../domain/evidence/figure-rows.ts';
import type { HealthInput } from '../../domain/health/judge.ts';
import type { EvaluateHealthInput } from '../inputs.ts';
import type { Ports } from '../ports.ts';
import { digest } from './digest.ts';

const MINUTE = 60_000;

/** What the figures are gathered for. */
export interface Gathering {
  readonly step: { readonly now: number };
  readonly release: { readonly function: string };
  readonly plan: EvaluateHealthInput['plan'];
  readonly rollout: Pick<EvaluateHealthInput['rollout'], 'stable' | 'alarmsAtStart'>;
  readonly candidate: { readonly version: string };
  readonly progress: Pick<EvaluateHealthInput['progress'], 'raisedAt' | 'enteredAt'>;
}

/** Both versions' figures, the policy's own metrics and the alarms since the candidate's first traffic: all that a verdict needs. */
export async function gatherHealth(input: Gathering, { health }: Pick<Ports, 'health'>): Promise<HealthInput> {
  const { plan, rollout, candidate, progress, step } = input;
  const stable = rollout.stable === candidate.version ? null : rollout.stable;
  const from = Math.floor((progress.raisedAt[0] ?? progress.enteredAt) / MINUTE) * MINUTE;
  const range = { functionName: input.release.function, alias: plan.alias, from, to: step.now };
  const versions = stable === null ? [candidate.version] : [candidate.version, stable];
  const slow = plan.health.slow === false ? undefined : plan.health.slow.overMilliseconds;
  const rules = plan.health.custom;
  const [figures, alarms, custom] = await Promise.all([
    health.figures({ ...range, versions, slowOverMilliseconds: slow }),
    health.alarms(plan.health.alarms),
    rules.length === 0 ? [] : health.custom({ ...range, rules, candidate: candidate.version, stable }),
  ]);
  const before = new Map((rollout.alarmsAtStart ?? []).map(({ name, state }) => [name, state]));
  return {
    now: step.now,
    rules: plan.health,
    candidate: figures[candidate.version] ?? [],
    stable: stable === null ? [] : (figures[stable] ?? []),
    raisedAt: progress.raisedAt,
    alarms: alarms.map(({ name, state }) => ({ name, state, atStart: before.get(name) ?? 'MISSING' })),
    custom,
    minInvocations: plan.minInvocations,
  };
}

/**
 * Keeps the minutes that no earlier tick saw, or saw otherwise, so that a rollout can be judged again by other rules, tick
 * by tick. A repeated tick leaves what it kept before.
 * @returns the hashes of what is kept, for the evidence.
 */
export async function keepFigures(
  { rollout, step }: Pick<EvaluateHealthInput, 'rollout' | 'step'>,
  { candidate, stable, custom = [] }: HealthInput,
  ledger: Ports['ledger'],
): Promise<readonly string[]> {
  const kept = await ledger.keptFigures(rollout.id);
  const earlier = kept.filter(({ tick }) => tick < step.tick);
  const known = earlier.reduce((all, { rows }) => addRows(all, decodeRows(rows)), rowsOf(NOTHING));
  const fresh = encodeRows(newRows(known, rowsOf({ candidate, stable, custom })));
  return (await ledger.keepFigures(rollout.id, step.tick, fresh)).map(digest);
}

const NOTHING = { candidate: [], stable: [], custom: [] };
