import { DRILL_ENVIRONMENT } from '../domain/drill/drill.ts';
import { promoted } from '../domain/routing.ts';
import { restoreBaselineInput, type RestoreBaselineInput } from './drill/inputs.ts';
import type { Ports } from './ports.ts';
import { changeRouting } from './rollout/change-routing.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'aliases' | 'ledger'>;

/**
 * Puts the baseline back when the pipeline did not: the drill's alias, and what the ledger says of it. It asks nothing of
 * the pipeline, which has just shown that it cannot be relied on; a rollout that still runs finds the alias moved and
 * stops. Safe to repeat.
 * @throws ConcurrentChangeError when the alias changes at every attempt: the drill's end says that a person is needed.
 */
export async function restoreBaseline(
  { function: name, baseline }: RestoreBaselineInput,
  { aliases, ledger }: Needs,
): Promise<{ restored: true }> {
  const alias = DRILL_ENVIRONMENT;
  const wanted = promoted(baseline.lambdaVersion);
  const found = await aliases.read(name, alias);
  const stillOurs = async () => undefined;
  await changeRouting(aliases, { function: name, alias, left: found?.routing ?? wanted, wanted, stillOurs });
  const place = { function: name, environment: DRILL_ENVIRONMENT };
  const current = await ledger.current(place);
  if (current?.release !== baseline.release) await ledger.recordCurrent(place, baseline);
  return { restored: true };
}

export const step = defineStep({
  state: 'RestoreBaseline',
  input: restoreBaselineInput,
  mutates: true,
  run: restoreBaseline,
});
export const handler = serve(step);
