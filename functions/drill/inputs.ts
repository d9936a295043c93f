import { z } from 'zod';
import { common, failure, made } from '../inputs.ts';
import type { CurrentRelease } from '../rollout/records.ts';
import type { DrillResult } from '../../domain/drill/assess.ts';

/** What the drill's machine hands to its steps. */
const drill = { ...common, function: z.string() };

const baseline = made<CurrentRelease>('baseline');
const result = made<DrillResult>('result');
const candidate = z.object({ version: z.string(), uploadedAt: z.string() });
const traffic = z.object({ sent: z.number(), failed: z.number(), refused: z.number() });

/** `weighbridge drill` says who asks; a schedule sends its own event, which does not. */
export const prepareDrillInput = z.object({
  ...drill,
  event: z.looseObject({ drill: z.object({ by: z.string() }).optional() }),
});
export const startDrillInput = z.object(drill);
export const driveTrafficInput = z.object({ ...drill, traffic });
export const checkDrillInput = z.object({ ...drill, baseline, candidate });
export const restoreBaselineInput = z.object({ ...drill, baseline });
export const recordDrillInput = z.object({
  ...drill,
  baseline: baseline.nullable(),
  candidate: candidate.nullable(),
  traffic,
  result: result.nullable(),
  failure: failure.nullable(),
});

export type PrepareDrillInput = z.output<typeof prepareDrillInput>;
export type StartDrillInput = z.output<typeof startDrillInput>;
export type DriveTrafficInput = z.output<typeof driveTrafficInput>;
export type CheckDrillInput = z.output<typeof checkDrillInput>;
export type RestoreBaselineInput = z.output<typeof restoreBaselineInput>;
export type RecordDrillInput = z.output<typeof recordDrillInput>;
