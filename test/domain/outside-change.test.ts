import { describe, expect, it } from 'vitest';
import { changeInWords, pointsAt, whoIn } from '../../domain/outside-change.ts';

const CHANGE = { eventId: 'e', action: 'UpdateAlias', at: '2026-01-01T12:00:00Z', by: 'ana' };

describe('who changed an alias', () => {
  it.each([
    {
      name: 'a role session',
      given: { type: 'AssumedRole', arn: 'arn:aws:sts::1:assumed-role/Ops/ana' },
      says: 'arn:aws:sts::1:assumed-role/Ops/ana',
    },
    { name: 'a user', given: { type: 'IAMUser', arn: 'arn:aws:iam::1:user/ana' }, says: 'arn:aws:iam::1:user/ana' },
    { name: 'the root user', given: { type: 'Root', arn: 'arn:aws:iam::1:root' }, says: 'the root user' },
    {
      name: 'a service for somebody',
      given: { arn: 'arn:x', invokedBy: 'cloudformation.amazonaws.com' },
      says: 'arn:x through cloudformation.amazonaws.com',
    },
    {
      name: 'a service',
      given: { type: 'AWSService', invokedBy: 'codedeploy.amazonaws.com' },
      says: 'codedeploy.amazonaws.com',
    },
    { name: 'nobody that the event names', given: {}, says: 'somebody unknown' },
  ])('is $name', ({ given, says }) => {
    expect(whoIn(given)).toBe(says);
  });

  it.each([
    { name: 'a version', given: { version: '3' }, says: 'by ana at 2026-01-01T12:00:00Z (UpdateAlias to version 3)' },
    {
      name: 'a split',
      given: { version: '3', weights: { 4: 0.125 } },
      says: 'by ana at 2026-01-01T12:00:00Z (UpdateAlias to version 3 with 12.5 % on 4)',
    },
    {
      name: 'origin and reason',
      given: { from: '192.0.2.1', why: 'a slip' },
      says: 'by ana at 2026-01-01T12:00:00Z (UpdateAlias, from 192.0.2.1): a slip',
    },
  ])('is told with $name', ({ given, says }) => {
    expect(changeInWords({ ...CHANGE, ...given })).toBe(says);
  });

  it('points at a version only when it says so and sets no weights', () => {
    expect(pointsAt({ ...CHANGE, version: '1' }, '1')).toBe(true);
    expect(pointsAt({ ...CHANGE, version: '1', weights: {} }, '1')).toBe(true);
    expect(pointsAt({ ...CHANGE, version: '1', weights: { 2: 0.1 } }, '1')).toBe(false);
    expect(pointsAt({ ...CHANGE, weights: {} }, '1')).toBe(false);
  });
});
