import { describe, expect, it } from 'vitest';
import { executionUrl, slackMessage } from '../../../functions/aws/slack-message.ts';
import type { Notice } from '../../../functions/ports.ts';

const arnIn = (partition: string, region: string) =>
  `arn:${partition}:states:${region}:123456789012:execution:Weighbridge-Rollout:run-1`;

describe('executionUrl', () => {
  it.each([
    { partition: 'aws', region: 'eu-central-1', host: 'eu-central-1.console.aws.amazon.com' },
    { partition: 'aws-cn', region: 'cn-north-1', host: 'cn-north-1.console.amazonaws.cn' },
    { partition: 'aws-us-gov', region: 'us-gov-west-1', host: 'us-gov-west-1.console.amazonaws-us-gov.com' },
  ])('leads to the console of partition $partition', ({ partition, region, host }) => {
    const arn = arnIn(partition, region);
    expect(executionUrl(arn)).toBe(`https://${host}/states/home?region=${region}#/v2/executions/details/${arn}`);
  });

  it.each([
    { name: 'a partition whose console is not known', text: arnIn('aws-iso', 'us-iso-east-1') },
    { name: 'no execution', text: '' },
    { name: 'something else that has the lock', text: 'adopt arn:aws:iam::123456789012:user/ana 2026-01-01T00:00:00Z' },
  ])('gives no link for $name', ({ text }) => {
    expect(executionUrl(text)).toBeUndefined();
    const about = { id: 'n', function: 'orders', environment: 'production', release: '1.0.0', reason: 'why' };
    const notice: Notice = { ...about, outcome: 'rolledBack', stable: '1', candidate: '2', execution: text };
    expect(JSON.stringify(slackMessage(notice))).not.toContain('"actions"');
  });
});

describe('a message about a release group', () => {
  const about = { id: 'n', function: 'group shop', environment: 'all environments', release: '1.1.0', execution: '' };
  const members = ['orders production 1.0.0 → 1.1.0: released'];
  const notice: Notice = {
    ...about,
    reason: 'why',
    outcome: 'releasedUndecided',
    stable: undefined,
    candidate: undefined,
  };

  it('lists the members with their versions instead of a stable and a candidate', () => {
    const text = JSON.stringify(slackMessage({ ...notice, members }));
    expect(text).toContain('*Members*\\n• orders production 1.0.0 → 1.1.0: released');
    expect(text).toContain('*Group*\\ngroup shop');
    expect(text).not.toContain('candidate none');
  });

  it('says in its headline that nobody could tell how it does', () => {
    expect(slackMessage({ ...notice, members })).toMatchObject({
      text: 'group shop 1.1.0 was released, its joint bake inconclusive, in all environments',
    });
  });
});
