import type { Host } from '../../functions/aws/host.ts';
import { serve, type StepHandler } from '../../functions/runtime.ts';
import { step as awaitDecision } from '../../functions/await-decision.ts';
import { step as beginRollout } from '../../functions/begin-rollout.ts';
import { step as checkReadiness } from '../../functions/check-readiness.ts';
import { step as checkDrill } from '../../functions/check-drill.ts';
import { step as closeGroup } from '../../functions/close-group.ts';
import { step as completeRollout } from '../../functions/complete-rollout.ts';
import { step as driveTraffic } from '../../functions/drive-traffic.ts';
import { step as evaluateHealth } from '../../functions/evaluate-health.ts';
import { step as judgeGroup } from '../../functions/judge-group.ts';
import { step as loadGroup } from '../../functions/load-group.ts';
import { step as loadRelease } from '../../functions/load-release.ts';
import { step as notifyRollback } from '../../functions/notify-rollback.ts';
import { step as planUndo } from '../../functions/plan-undo.ts';
import { step as prepareDrill } from '../../functions/prepare-drill.ts';
import { step as promote } from '../../functions/promote.ts';
import { step as pruneVersions } from '../../functions/prune-versions.ts';
import { step as publishVersion } from '../../functions/publish-version.ts';
import { step as recordAliasChange } from '../../functions/record-alias-change.ts';
import { step as reconcile } from '../../functions/reconcile.ts';
import { step as reconcileGroups } from '../../functions/reconcile-groups.ts';
import { step as recordDrill } from '../../functions/record-drill.ts';
import { step as rejectRelease } from '../../functions/reject-release.ts';
import { step as restoreBaseline } from '../../functions/restore-baseline.ts';
import { step as rollBack } from '../../functions/roll-back.ts';
import { step as settleMember } from '../../functions/settle-member.ts';
import { step as shiftTraffic } from '../../functions/shift-traffic.ts';
import { step as startDrill } from '../../functions/start-drill.ts';
import { step as verifyCandidate } from '../../functions/verify-candidate.ts';

/** Every step's handler, by state name. */
export const STEP_HANDLERS: Readonly<Record<string, (host: Host) => StepHandler>> = {
  LoadRelease: (host) => serve(loadRelease, host),
  BeginRollout: (host) => serve(beginRollout, host),
  CheckReadiness: (host) => serve(checkReadiness, host),
  PublishVersion: (host) => serve(publishVersion, host),
  VerifyCandidate: (host) => serve(verifyCandidate, host),
  ShiftTraffic: (host) => serve(shiftTraffic, host),
  EvaluateHealth: (host) => serve(evaluateHealth, host),
  AwaitDecision: (host) => serve(awaitDecision, host),
  Promote: (host) => serve(promote, host),
  PruneVersions: (host) => serve(pruneVersions, host),
  CompleteRollout: (host) => serve(completeRollout, host),
  RollBack: (host) => serve(rollBack, host),
  NotifyRollback: (host) => serve(notifyRollback, host),
  RejectRelease: (host) => serve(rejectRelease, host),
  RecordAliasChange: (host) => serve(recordAliasChange, host),
  Reconcile: (host) => serve(reconcile, host),
};

/** The handlers of the fire drill's steps. */
export const DRILL_HANDLERS: Readonly<Record<string, (host: Host) => StepHandler>> = {
  PrepareDrill: (host) => serve(prepareDrill, host),
  StartDrill: (host) => serve(startDrill, host),
  DriveTraffic: (host) => serve(driveTraffic, host),
  CheckDrill: (host) => serve(checkDrill, host),
  RestoreBaseline: (host) => serve(restoreBaseline, host),
  RecordDrill: (host) => serve(recordDrill, host),
};

/** The handlers of what releases groups. */
export const GROUP_HANDLERS: Readonly<Record<string, (host: Host) => StepHandler>> = {
  LoadGroup: (host) => serve(loadGroup, host),
  SettleMember: (host) => serve(settleMember, host),
  JudgeGroup: (host) => serve(judgeGroup, host),
  PlanUndo: (host) => serve(planUndo, host),
  CloseGroup: (host) => serve(closeGroup, host),
  ReconcileGroups: (host) => serve(reconcileGroups, host),
};
