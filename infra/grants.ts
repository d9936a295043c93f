import * as may from './statements.ts';
import type { Grant, Granted } from './statements.ts';
import type { Step } from './steps.ts';

/** The statements of a step's role: what its code calls, and nothing else. */
export function grantsOf(step: Step, to: Granted): readonly Grant[] {
  return GRANTS[step](to);
}

const GRANTS: Readonly<Record<Step, (to: Granted) => readonly Grant[]>> = {
  LoadRelease: (to) => [
    may.readReleases(to),
    may.listReleases(to),
    may.readPolicies(to),
    may.readFunctions(to, ['GetFunction']),
  ],
  BeginRollout: (to) => [may.readFunctions(to, ['GetFunction', 'GetAlias']), ...may.writes(to)],
  CheckReadiness: (to) => [
    may.readFunctions(to, ['GetFunction', 'GetAlias', 'GetPolicy']),
    may.listMappings(),
    may.describeAlarms(),
    may.describeSecrets(to),
    may.readLedger(to),
  ],
  PublishVersion: (to) => [
    may.readReleases(to),
    may.readFunctions(to, ['GetFunction']),
    may.onFunctions(to, 'PublishCode', ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'PublishVersion']),
    ...may.writes(to),
  ],
  VerifyCandidate: (to) => [
    may.readFunctions(to, ['GetFunction']),
    may.invokeCandidate(to),
    ...may.invokeHooks(to),
    ...may.writes(to),
  ],
  ShiftTraffic: (to) => [
    may.readFunctions(to, ['GetAlias']),
    may.onFunctions(to, 'MoveTraffic', ['UpdateAlias']),
    ...may.writes(to),
  ],
  Promote: (to) => [
    may.readFunctions(to, ['GetAlias', 'GetFunction']),
    may.onFunctions(to, 'MoveTraffic', ['UpdateAlias', 'CreateAlias']),
    ...may.writes(to),
  ],
  EvaluateHealth: (to) => [
    may.readMetrics(),
    may.describeAlarms(),
    may.readFunctions(to, ['GetAlias']),
    ...may.writes(to),
  ],
  AwaitDecision: (to) => [may.answerMachine(to), ...may.writes(to)],
  PruneVersions: (to) => [...may.prune(to), may.listMappings(), ...may.writes(to)],
  CompleteRollout: (to) => may.writes(to),
  RollBack: (to) => [...may.restore(to), ...may.writes(to)],
  NotifyRollback: (to) => [...may.notify(to), ...may.writes(to)],
  RejectRelease: (to) => [...may.notify(to), ...may.writes(to)],
  Reconcile: (to) => [...may.restore(to), may.readExecutions(to), ...may.notify(to), ...may.writes(to)],
};
