import type { Point } from '../data/fetch-points.ts';
import { alarmTime, decimal, reasonTime } from './alarm-time.ts';
import type { MetricAlarmRecord } from './alarm.ts';
import { COMPARISONS, isComparison } from './compare.ts';
import type { Decision, Treatment } from './decide-state.ts';

/** What an evaluation looked at. */
export interface Evaluation {
  readonly alarm: MetricAlarmRecord;
  readonly decision: Decision;
  readonly treatment: Treatment;
  /** The points that were looked at, newest first. */
  readonly points: readonly (Point & { readonly breaching: boolean })[];
  readonly statistic: string | undefined;
  readonly unit: string | undefined;
  /** Seconds. */
  readonly period: number;
  readonly now: number;
}

/** The reason of a state in CloudWatch's words. */
export function stateReason(evaluation: Evaluation): string {
  const { decision, alarm } = evaluation;
  if (decision.state === 'INSUFFICIENT_DATA')
    return `Insufficient Data: ${count(alarm.evaluationPeriods)} ${were(alarm.evaluationPeriods)} unknown.`;
  if (decision.filled > 0 && isFilling(evaluation.treatment)) return filledReason(evaluation);
  return crossedReason(evaluation);
}

function isFilling(treatment: Treatment): boolean {
  return treatment === 'breaching' || treatment === 'notBreaching';
}

function filledReason({ decision, alarm, treatment }: Evaluation): string {
  const received =
    decision.evaluated === 0 ? 'no datapoints were' : `${count(decision.evaluated)} ${were(decision.evaluated)}`;
  const periods = `${alarm.evaluationPeriods} ${alarm.evaluationPeriods === 1 ? 'period' : 'periods'}`;
  const word = treatment === 'breaching' ? 'Breaching' : 'NonBreaching';
  const missing = `${decision.filled} missing ${decision.filled === 1 ? 'datapoint was' : 'datapoints were'} treated as`;
  return `Threshold Crossed: ${received} received for ${periods} and ${missing} [${word}].`;
}

function crossedReason({ decision, alarm, points }: Evaluation): string {
  const raised = decision.state === 'ALARM';
  const deciding = points.filter((point) => point.breaching === raised);
  const list = deciding.map((point) => `${decimal(point.value)} (${reasonTime(point.at)})`).join(', ');
  const words = isComparison(alarm.comparison) ? COMPARISONS[alarm.comparison].words : alarm.comparison;
  const verb = `${deciding.length === 1 ? 'was' : 'were'}${raised ? '' : ' not'} ${words} the threshold`;
  const threshold = `(${decimal(alarm.threshold)})`;
  if (alarm.datapointsToAlarm === undefined)
    return `Threshold Crossed: ${count(deciding.length)} [${list}] ${verb} ${threshold}.`;
  const outOf = `${deciding.length} out of the last ${alarm.evaluationPeriods} datapoints`;
  return `Threshold Crossed: ${outOf} [${list}] ${verb} ${threshold} (${minimum(alarm, raised)}).`;
}

function minimum(alarm: MetricAlarmRecord, raised: boolean): string {
  const toAlarm = alarm.datapointsToAlarm ?? alarm.evaluationPeriods;
  const needed = raised ? toAlarm : alarm.evaluationPeriods - toAlarm + 1;
  return `minimum ${count(needed)} for ${raised ? 'OK -> ALARM' : 'ALARM -> OK'} transition`;
}

function count(number: number): string {
  return `${number} ${number === 1 ? 'datapoint' : 'datapoints'}`;
}

function were(number: number): string {
  return number === 1 ? 'was' : 'were';
}

/** The reason in JSON, for programs. */
export function stateReasonData(evaluation: Evaluation): string {
  const { alarm, points, statistic, unit, period, now } = evaluation;
  const oldest = points.at(-1);
  return JSON.stringify({
    version: '1.0',
    queryDate: alarmTime(now),
    ...(oldest && { startDate: alarmTime(oldest.at) }),
    ...(unit !== undefined && { unit }),
    ...(statistic !== undefined && { statistic }),
    period,
    recentDatapoints: points.map((point) => point.value).reverse(),
    threshold: alarm.threshold,
    evaluatedDatapoints: points.map((point) => ({
      timestamp: alarmTime(point.at),
      sampleCount: point.sampleCount,
      value: point.value,
    })),
  });
}
