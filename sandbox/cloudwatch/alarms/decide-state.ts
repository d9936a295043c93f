/** How an alarm treats periods without data. */
export const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
export type Treatment = (typeof TREATMENTS)[number];

/** A data point that exists: how many periods before the newest one, and whether it breaches the threshold. */
export interface JudgedPoint {
  readonly age: number;
  readonly breaching: boolean;
}

/** What an evaluation says. `retain` keeps the state as it is. */
export interface Decision {
  readonly state: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA' | 'retain';
  /** How many of the existing points, newest first, were looked at. */
  readonly evaluated: number;
  /** How many missing points were filled in. */
  readonly filled: number;
}

/**
 * Decides on the points of the evaluation range, newest first: `datapointsToAlarm` breaching ones out of
 * `evaluationPeriods` raise the alarm. When enough points exist the missing ones do not matter; otherwise they are
 * filled in, as few as possible, as the alarm says
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html).
 */
export function decideState(
  points: readonly JudgedPoint[],
  evaluationPeriods: number,
  datapointsToAlarm: number,
  treatment: Treatment,
): Decision {
  const recent = points.slice(0, evaluationPeriods);
  const filled = evaluationPeriods - recent.length;
  const breaching = recent.filter((point) => point.breaching).length;
  const alarm = (count: number): Decision['state'] => (count >= datapointsToAlarm ? 'ALARM' : 'OK');
  const decision = (state: Decision['state']): Decision => ({ state, evaluated: recent.length, filled });
  if (filled === 0) return decision(alarm(breaching));
  if (recent.length === 0) return decision(WITHOUT_DATA[treatment]);
  if (treatment === 'breaching') return decision(alarm(breaching + filled));
  if (treatment === 'notBreaching' || breaching >= datapointsToAlarm) return decision(alarm(breaching));
  if (!lingers(recent, datapointsToAlarm)) return decision(alarm(breaching));
  return decision(treatment === 'ignore' ? 'retain' : 'ALARM');
}

const WITHOUT_DATA: Readonly<Record<Treatment, Decision['state']>> = {
  missing: 'INSUFFICIENT_DATA',
  ignore: 'retain',
  breaching: 'ALARM',
  notBreaching: 'OK',
};

/**
 * Whether nothing but breaching points is left and the oldest is as old as the alarm needs points: then it goes off
 * although too few points exist ("avoiding premature transitions to alarm state").
 */
function lingers(recent: readonly JudgedPoint[], datapointsToAlarm: number): boolean {
  const oldest = recent.at(-1);
  return recent.every((point) => point.breaching) && (oldest?.age ?? 0) + 1 >= datapointsToAlarm;
}
