import { describe, expect, it } from 'vitest';
import type { BusEvent, Channels, Datum } from '../../../sandbox/core/world.ts';
import { faultyWorld } from './support.ts';

const START = Date.UTC(2026, 0, 1);
const errors: Datum = {
  namespace: 'AWS/Lambda',
  name: 'Errors',
  dimensions: { FunctionName: 'f' },
  value: 1,
  at: START,
};
const created: BusEvent = { source: 'aws.s3', detailType: 'Object Created', detail: { bucket: { name: 'b' } } };

/** Channels that note when something arrived, in milliseconds since the start. */
function arrivals(faulty: ReturnType<typeof faultyWorld>) {
  const metrics: [string, number][] = [];
  const events: [string, number, number | undefined][] = [];
  const since = (): number => faulty.world.clock.now() - START;
  const channels: Channels = faulty.faults.disturb({
    metric: (datum) => void metrics.push([datum.name, since()]),
    publish: (event) => void events.push([event.detailType, since(), event.at && event.at - START]),
    log: () => undefined,
  });
  return { metrics, events, channels };
}

describe('faults on metrics and events', () => {
  it('lets everything through when there is no rule', () => {
    const { metrics, events, channels } = arrivals(faultyWorld());
    channels.metric(errors);
    channels.publish(created);
    expect({ metrics, events }).toEqual({ metrics: [['Errors', 0]], events: [['Object Created', 0, 0]] });
  });

  it('delays a metric that matches, and no other', async () => {
    const faulty = faultyWorld();
    const { metrics, channels } = arrivals(faulty);
    faulty.faults.add({
      on: 'metric',
      match: { namespace: 'AWS/Lambda', dimensions: { FunctionName: 'f' } },
      action: { kind: 'delay', ms: 90_000 },
    });
    channels.metric(errors);
    channels.metric({ ...errors, dimensions: { FunctionName: 'g' }, name: 'Other' });
    await faulty.world.clock.sleep(100_000);
    expect(metrics).toEqual([
      ['Other', 0],
      ['Errors', 90_000],
    ]);
  });

  it('duplicates an event, later and with the time at which it happened', async () => {
    const faulty = faultyWorld();
    const { events, channels } = arrivals(faulty);
    faulty.faults.add({
      on: 'event',
      match: { source: 'aws.s3', detail: { bucket: { name: 'b' } } },
      times: 1,
      action: { kind: 'duplicate', copies: 2, ms: 1000 },
    });
    channels.publish(created);
    channels.publish({ ...created, detailType: 'Object Deleted' });
    await faulty.world.clock.sleep(10_000);
    expect(events).toEqual([
      ['Object Created', 0, 0],
      ['Object Deleted', 0, 0],
      ['Object Created', 1000, 0],
      ['Object Created', 2000, 0],
    ]);
  });

  it('drops what it is told to, and reports it', () => {
    const faulty = faultyWorld();
    const { metrics, channels } = arrivals(faulty);
    faulty.faults.add({ id: 'd', on: 'metric', skip: 1, action: { kind: 'drop' } });
    channels.metric(errors);
    channels.metric(errors);
    expect(metrics).toHaveLength(1);
    expect(faulty.faults.strikes()).toEqual([
      { rule: 'd', action: 'drop', at: START, hit: 'metric AWS/Lambda Errors' },
    ]);
  });

  it('disturbs deliveries through the bus, by one rule at a time', () => {
    const { faults, disturbed } = faultyWorld();
    const rule = { on: 'delivery', match: { source: 'aws.s3' }, action: { kind: 'disturb', duplicate: 1 } } as const;
    const id = faults.add(rule);
    expect(disturbed).toMatchObject([rule]);
    expect(() => faults.add(rule)).toThrow(`there is ${id}`);
    faults.clear();
    expect(disturbed.at(-1)).toBeUndefined();
    faults.add(rule);
  });
});
