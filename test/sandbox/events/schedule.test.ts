import { DisableRuleCommand, EnableRuleCommand, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from '../../../sandbox/events/schedule/schedule.ts';
import { aMonitoredWorld, START } from '../cloudwatch/a-monitored-world.ts';

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:events';
const MINUTE = 60_000;

function firings(expression: string, from: string, count: number): readonly string[] {
  const schedule = parseSchedule(expression);
  if (!schedule) throw new Error(`expected ${expression} to be a schedule`);
  const found: string[] = [];
  let at = Date.parse(from);
  while (found.length < count) {
    const next = schedule.next(at, Date.parse(from));
    if (next === undefined) break;
    found.push(new Date(next).toISOString().replace(':00.000Z', ''));
    at = next;
  }
  return found;
}

describe('schedules', () => {
  it.each([
    { expression: 'rate(5 minutes)', times: ['2026-01-01T00:05', '2026-01-01T00:10'] },
    { expression: 'rate(1 day)', times: ['2026-01-02T00:00', '2026-01-03T00:00'] },
    { expression: 'cron(0 10 * * ? *)', times: ['2026-01-01T10:00', '2026-01-02T10:00'] },
    { expression: 'cron(15 12 ? * MON-FRI *)', times: ['2026-01-01T12:15', '2026-01-02T12:15', '2026-01-05T12:15'] },
    {
      expression: 'cron(0/30 8-9 1 * ? *)',
      times: ['2026-01-01T08:00', '2026-01-01T08:30', '2026-01-01T09:00', '2026-01-01T09:30', '2026-02-01T08:00'],
    },
    { expression: 'cron(0 9 L * ? *)', times: ['2026-01-31T09:00', '2026-02-28T09:00'] },
    { expression: 'cron(0 9 LW * ? *)', times: ['2026-01-30T09:00', '2026-02-27T09:00'] },
    { expression: 'cron(0 9 3W * ? *)', times: ['2026-01-02T09:00', '2026-02-03T09:00'] },
    { expression: 'cron(0 9 ? * 2#1 *)', times: ['2026-01-05T09:00', '2026-02-02T09:00'] },
    { expression: 'cron(0 9 ? * 6L *)', times: ['2026-01-30T09:00', '2026-02-27T09:00'] },
    { expression: 'cron(0 0 29 FEB ? 2027,2028)', times: ['2028-02-29T00:00'] },
  ])('$expression', ({ expression, times }) => {
    expect(firings(expression, '2026-01-01T00:00:00Z', times.length)).toEqual(times);
  });

  it.each([
    'rate(1 minutes)',
    'rate(5 minute)',
    'rate(0 minutes)',
    'rate(5 seconds)',
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(60 10 * * ? *)',
    'cron(0 10 * * ?)',
    'every day',
  ])('refuses %s', (expression) => {
    expect(parseSchedule(expression)).toBeUndefined();
  });

  it('fire the rule with a scheduled event while it is enabled', async () => {
    const world = await aMonitoredWorld();
    const { events } = world.clients;
    await events.send(new PutRuleCommand({ Name: 'tick', ScheduleExpression: 'rate(5 minutes)' }));
    await events.send(new PutTargetsCommand({ Rule: 'tick', Targets: [{ Id: 't', Arn: QUEUE }] }));
    await world.pass(12 * MINUTE);
    await events.send(new DisableRuleCommand({ Name: 'tick' }));
    await world.pass(60 * MINUTE);
    await events.send(new EnableRuleCommand({ Name: 'tick' }));
    await world.pass(6 * MINUTE);
    expect(world.calls.map(({ at }) => (at - START) / MINUTE)).toEqual([5, 10, 77]);
    expect(JSON.parse(world.calls[0]?.input['MessageBody'] as string)).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      time: '2026-01-01T12:05:00Z',
      resources: ['arn:aws:events:us-east-1:123456789012:rule/tick'],
      detail: {},
    });
    await events.send(new DisableRuleCommand({ Name: 'tick' }));
  });
});
