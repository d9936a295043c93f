import { assessDrill, drillIsOver, type DrillObservation, type DrillResult } from '../domain/drill/assess.ts';
import { DRILL_ENVIRONMENT } from '../domain/drill/drill.ts';
import { promoted, sameRouting } from '../domain/routing.ts';
import { checkDrillInput, type CheckDrillInput } from './drill/inputs.ts';
import type { Delivery, Ports } from './ports.ts';
import type { Evidence } from './rollout/records.ts';
import { defineStep, serve } from './runtime.ts';

/** Where a drill stands: without a result it goes on; `baselineServes` is what matters to users of the alias. */
export interface DrillState {
  readonly result: DrillResult | null;
  readonly baselineServes: boolean;
}

type Needs = Pick<Ports, 'aliases' | 'ledger' | 'drills'>;

/** Looks at what the pipeline made of the bad candidate, in the ledger and at the alias itself. Reads only. */
export async function checkDrill(input: CheckDrillInput, ports: Needs): Promise<DrillState> {
  const seen = await observe(input, ports);
  const { routing } = seen;
  const baselineServes = routing !== null && sameRouting(routing, promoted(input.baseline.lambdaVersion));
  return { result: drillIsOver(seen) ? assessDrill(seen) : null, baselineServes };
}

async function observe(input: CheckDrillInput, ports: Needs): Promise<DrillObservation> {
  const { function: name, candidate, baseline, step } = input;
  const rollouts = await ports.drills.rolloutsOf(name, candidate.version);
  const evidence = (await Promise.all(rollouts.map(({ id }) => ports.drills.evidence(id)))).flat();
  const alias = await ports.aliases.read(name, DRILL_ENVIRONMENT);
  const current = await ports.ledger.current({ function: name, environment: DRILL_ENVIRONMENT });
  const told = entriesOf<Told>(evidence, 'NotifyRollback').map(({ entry }) => entry);
  return {
    now: step.now,
    uploadedAt: Date.parse(candidate.uploadedAt),
    baseline,
    rollouts,
    ...timesOf(evidence),
    restoration: told[0]?.rollback?.outcome,
    notifications: told.map(({ deliveries }) => deliveries),
    routing: alias?.routing ?? null,
    lockHolder: await ports.drills.lockHolder(name, DRILL_ENVIRONMENT),
    currentRelease: current?.release,
  };
}

/** What NotifyRollback writes down: what the state machine made of RollBack's answer, or of its failure. */
interface Told {
  readonly rollback?: { readonly outcome: string };
  readonly deliveries: readonly Delivery[];
}

/** NotifyRollback is entered when RollBack has ended: by then the alias is restored. */
function timesOf(evidence: readonly Evidence[]): Pick<DrillObservation, 'shiftedAt' | 'unhealthy' | 'restoredAt'> {
  const at = (state: string) => entriesOf(evidence, state).map((one) => Date.parse(one.at))[0];
  const judged = entriesOf<{ verdict: { kind: string; reasons: string[] } | null }>(evidence, 'EvaluateHealth');
  const bad = judged.find(({ entry }) => entry.verdict?.kind === 'unhealthy');
  return {
    shiftedAt: at('ShiftTraffic'),
    unhealthy: bad && { at: Date.parse(bad.at), reason: bad.entry.verdict?.reasons[0] ?? 'no reason given' },
    restoredAt: at('NotifyRollback'),
  };
}

function entriesOf<T extends object>(evidence: readonly Evidence[], state: string): (Evidence & { entry: T })[] {
  return evidence.filter((one) => one.state === state) as (Evidence & { entry: T })[];
}

export const step = defineStep({ state: 'CheckDrill', input: checkDrillInput, mutates: false, run: checkDrill });
export const handler = serve(step);
