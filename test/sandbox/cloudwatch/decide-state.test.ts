import { describe, expect, it } from 'vitest';
import { decideState, type Treatment } from '../../../sandbox/cloudwatch/alarms/decide-state.ts';

/** `X` breaches, `0` does not, `-` is missing; the newest point is on the right. */
function decide(picture: string, datapointsToAlarm: number, treatment: Treatment): string {
  const points = picture
    .split(' ')
    .reverse()
    .flatMap((mark, age) => (mark === '-' ? [] : [{ age, breaching: mark === 'X' }]));
  return decideState(points, 3, datapointsToAlarm, treatment).state;
}

/** The worked examples of the user guide, "Configuring how CloudWatch alarms treat missing data". */
const GUIDE = [
  { toAlarm: 3, points: '0 - X - X', missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' },
  { toAlarm: 3, points: '0 - - - -', missing: 'OK', ignore: 'OK', breaching: 'OK', notBreaching: 'OK' },
  {
    toAlarm: 3,
    points: '- - - - -',
    missing: 'INSUFFICIENT_DATA',
    ignore: 'retain',
    breaching: 'ALARM',
    notBreaching: 'OK',
  },
  { toAlarm: 3, points: '0 X X - X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
  { toAlarm: 3, points: '- - X - -', missing: 'ALARM', ignore: 'retain', breaching: 'ALARM', notBreaching: 'OK' },
  { toAlarm: 2, points: '0 - X - X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
  { toAlarm: 2, points: '0 0 X 0 X', missing: 'ALARM', ignore: 'ALARM', breaching: 'ALARM', notBreaching: 'ALARM' },
  { toAlarm: 2, points: '0 - X - -', missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' },
  { toAlarm: 2, points: '- - - - 0', missing: 'OK', ignore: 'OK', breaching: 'ALARM', notBreaching: 'OK' },
  { toAlarm: 2, points: '- - - X -', missing: 'ALARM', ignore: 'retain', breaching: 'ALARM', notBreaching: 'OK' },
] as const;

describe('decideState', () => {
  it.each(GUIDE)('judges $points, $toAlarm out of 3, as the user guide does', ({ toAlarm, points, ...expected }) => {
    const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
    const decided = Object.fromEntries(treatments.map((each) => [each, decide(points, toAlarm, each)]));
    expect(decided).toEqual(expected);
  });

  it.each(['- - - - X', '- - - X -'])('does not raise the alarm prematurely at %s', (points) => {
    expect(decide(points, 3, 'missing')).not.toBe('ALARM');
  });
});
