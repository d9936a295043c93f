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
    may.useLedger(to, 'look'),
  ],
  BeginRollout: (to) => [
    may.readFunctions(to, ['GetAlias']),
    may.wakeExecutions(to),
    may.useLedger(to, 'close'),
    may.rememberAnswers(to),
  ],
  CheckReadiness: (to) => [
    may.readFunctions(to, [
      'GetFunction',
      'GetAlias',
      'GetPolicy',
      'GetProvisionedConcurrencyConfig',
      'ListFunctionUrlConfigs',
    ]),
    may.listMappings(),
    may.describeAlarms(),
    may.readMetrics(),
    may.describeSecrets(to),
    may.useLedger(to, 'attest'),
  ],
  PublishVersion: (to) => [
    may.readReleases(to),
    may.keepCode(to),
    may.readFunctions(to, ['GetFunction']),
    may.publishCode(to, ['UpdateFunctionCode', 'UpdateFunctionConfiguration', 'PublishVersion']),
    may.listMappings(),
    may.moveMappings(to, ['UpdateEventSourceMapping']),
    ...recording(to),
  ],
  VerifyCandidate: (to) => [
    may.readFunctions(to, ['GetFunction']),
    may.invokeCandidate(to),
    ...may.invokeHooks(to),
    ...recording(to),
  ],
  ShiftTraffic: (to) => [
    may.readFunctions(to, ['GetAlias']),
    may.onFunctions(to, 'MoveTraffic', ['UpdateAlias']),
    ...warming(to),
    ...obeying(to),
  ],
  Promote: (to) => [
    may.readFunctions(to, ['GetAlias']),
    may.onFunctions(to, 'MoveTraffic', ['UpdateAlias', 'CreateAlias']),
    ...warming(to),
    ...obeying(to),
  ],
  EvaluateHealth: (to) => [
    may.readMetrics(),
    may.describeAlarms(),
    may.readFunctions(to, ['GetAlias']),
    ...obeying(to),
  ],
  AwaitDecision: (to) => [...may.notify(to), ...recording(to)],
  PruneVersions: (to) => [...may.prune(to), may.listMappings(), ...recording(to)],
  CompleteRollout: (to) => [...may.notify(to), ...settling(to)],
  RollBack: (to) => [
    ...may.restore(to, ['GetAlias', 'GetFunction', 'GetPolicy', 'GetProvisionedConcurrencyConfig']),
    ...reverting(to),
    may.givePermissions(to),
    ...settling(to),
  ],
  NotifyRollback: (to) => [...may.notify(to), ...closing(to)],
  RejectRelease: (to) => [may.readFunctions(to, ['GetFunction']), ...reverting(to), ...may.notify(to), ...closing(to)],
  PrepareDrill: (to) => [
    may.onDrillFunction(to, ['GetAlias']),
    may.uploadDrills(to),
    may.useLedger(to, 'attest'),
    may.rememberAnswers(to),
  ],
  StartDrill: (to) => [may.uploadDrills(to), may.rememberAnswers(to)],
  DriveTraffic: (to) => [may.onDrillFunction(to, ['InvokeFunction'])],
  CheckDrill: (to) => [may.onDrillFunction(to, ['GetAlias']), may.useLedger(to, 'look')],
  RestoreBaseline: (to) => [may.onDrillFunction(to, ['GetAlias', 'UpdateAlias']), ...bookkeeping(to)],
  RecordDrill: (to) => [...may.notify(to), ...bookkeeping(to)],
  Reconcile: (to) => [
    ...may.restore(to, ['GetAlias', 'GetFunction', 'GetPolicy', 'GetProvisionedConcurrencyConfig']),
    ...reverting(to),
    may.givePermissions(to),
    may.readExecutions(to),
    ...may.notify(to),
    may.useLedger(to, 'settle'),
  ],
  LoadGroup: (to) => [
    may.readReleases(to),
    may.listReleases(to),
    may.readPolicies(to),
    may.readFunctions(to, ['GetFunction']),
    ...bookkeeping(to),
  ],
  SettleMember: (to) => [may.readExecutions(to), may.useLedger(to, 'look')],
  JudgeGroup: (to) => [may.readMetrics(), may.describeAlarms(), may.readPolicies(to), may.useLedger(to, 'look')],
  PlanUndo: (to) => [may.readExecutions(to), may.useLedger(to, 'look')],
  CloseGroup: (to) => [...may.notify(to), ...closing(to)],
  ReconcileGroups: (to) => [may.recoverGroups(to), ...may.notify(to), may.useLedger(to, 'close')],
  RecordAliasChange: (to) => [may.readPolicies(to), ...may.notify(to), may.useLedger(to, 'record')],
};

/** What every step of a running rollout does. */
function recording(to: Granted): readonly Grant[] {
  return [may.useLedger(to, 'attest'), may.rememberAnswers(to)];
}

/** What a drill writes down is no evidence of a rollout. */
function bookkeeping(to: Granted): readonly Grant[] {
  return [may.useLedger(to, 'record'), may.rememberAnswers(to)];
}

/** What steps do that people can give orders to. */
function obeying(to: Granted): readonly Grant[] {
  return [may.useLedger(to, 'attest'), may.rememberAnswers(to)];
}

/** Code, variables and event sources as they were before the rollout. */
function reverting(to: Granted): readonly Grant[] {
  return [
    may.readCode(to),
    may.publishCode(to, ['UpdateFunctionCode', 'UpdateFunctionConfiguration']),
    may.moveMappings(to, ['GetEventSourceMapping', 'UpdateEventSourceMapping']),
  ];
}

/** The candidate is invoked as often at once as its next share will need, which its recent traffic tells. */
function warming(to: Granted): readonly Grant[] {
  return [may.invokeCandidate(to), may.readMetrics()];
}

function settling(to: Granted): readonly Grant[] {
  return [may.useLedger(to, 'settle'), may.rememberAnswers(to)];
}

function closing(to: Granted): readonly Grant[] {
  return [may.useLedger(to, 'close'), may.rememberAnswers(to)];
}
