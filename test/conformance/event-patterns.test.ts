import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTarget, type Target } from './support/target.ts';

/** An upload, as S3 tells of it. */
const UPLOAD = {
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '123456789012',
  time: '2026-01-01T00:00:00Z',
  region: 'us-east-1',
  resources: ['arn:aws:s3:::artifacts'],
  detail: {
    bucket: { name: 'artifacts' },
    object: { key: 'releases/orders/1.0.0/code.zip', size: 5, sequencer: '00617F08299329D189' },
    reason: 'PutObject',
  },
};

interface Row {
  readonly name: string;
  readonly detail: object;
  readonly matches: boolean;
}

const ROWS: readonly Row[] = [
  { name: 'an exact value', detail: { bucket: { name: ['artifacts'] } }, matches: true },
  { name: 'another value', detail: { bucket: { name: ['other'] } }, matches: false },
  { name: 'a prefix', detail: { object: { key: [{ prefix: 'releases/' }] } }, matches: true },
  { name: 'a suffix', detail: { object: { key: [{ suffix: '/code.zip' }] } }, matches: true },
  { name: 'another suffix', detail: { object: { key: [{ suffix: '/release.json' }] } }, matches: false },
  { name: 'a wildcard', detail: { object: { key: [{ wildcard: 'releases/*/*/code.zip' }] } }, matches: true },
  {
    name: 'a wildcard with more levels',
    detail: { object: { key: [{ wildcard: 'a/*/*/code.zip' }] } },
    matches: false,
  },
  { name: 'anything but', detail: { reason: [{ 'anything-but': ['CopyObject'] }] }, matches: true },
  { name: 'a number in a range', detail: { object: { size: [{ numeric: ['>', 0, '<=', 5] }] } }, matches: true },
  { name: 'a number out of range', detail: { object: { size: [{ numeric: ['>', 5] }] } }, matches: false },
  { name: 'a field that is there', detail: { object: { sequencer: [{ exists: true }] } }, matches: true },
  { name: 'a field that is not', detail: { object: { 'version-id': [{ exists: true }] } }, matches: false },
  { name: 'either of two', detail: { $or: [{ reason: ['CopyObject'] }, { reason: ['PutObject'] }] }, matches: true },
  { name: 'a value in other case', detail: { reason: [{ 'equals-ignore-case': 'putobject' }] }, matches: true },
];

describe('EventBridge patterns', { timeout: 60_000 }, () => {
  let target: Target;
  let events: EventBridgeClient;
  beforeAll(async () => {
    target = await openTarget();
    events = new EventBridgeClient(target.clientConfig);
  });
  afterAll(() => target.close());

  const matches = async (pattern: object): Promise<boolean | undefined> => {
    const input = { EventPattern: JSON.stringify(pattern), Event: JSON.stringify(UPLOAD) };
    return (await events.send(new TestEventPatternCommand(input))).Result;
  };

  it.each(ROWS)('judge $name', async ({ detail, matches: expected }) => {
    expect(await matches({ source: ['aws.s3'], detail })).toBe(expected);
  });

  it.each([
    { name: 'values outside a list', pattern: { source: 'aws.s3' } },
    { name: 'an unknown comparison', pattern: { source: [{ almost: 'aws' }] } },
    { name: 'an empty list', pattern: { source: [] } },
  ])('are refused for $name', async ({ pattern }) => {
    await expect(matches(pattern)).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  });
});
