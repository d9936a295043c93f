import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnvironmentPolicy } from '../../domain/policy.ts';
import { Pipeline, zipOf } from '../support/pipeline.ts';

const POLICY: EnvironmentPolicy[] = [
  { name: 'production', strategy: { type: 'canary', percent: 10, minutes: 2 }, onInconclusive: 'promote' },
];

let pipeline: Pipeline;
beforeEach(async () => {
  pipeline = await Pipeline.start();
  await pipeline.setPolicy(POLICY);
  await pipeline.release('1.0.0');
});
afterEach(() => pipeline.close());

/** Whatever was wrong: the alias is untouched, the lock free, and a later good release works. */
async function nothingHappened(): Promise<void> {
  expect(await pipeline.serves()).toBe('1');
  expect(await pipeline.lockOwner()).toBe('');
  await pipeline.setPolicy(POLICY);
  expect((await pipeline.release('3.0.0')).status).toBe('SUCCEEDED');
  expect(await pipeline.serves()).toMatch(/^[23]$/);
}

describe('bad input ends in Rejected with a message to act on', () => {
  it.each<{
    name: string;
    version?: string;
    says: RegExp;
    bytes?: () => Promise<Uint8Array>;
    before?: () => Promise<void>;
  }>([
    {
      name: 'not a zip',
      bytes: async () => Buffer.from('this is text'),
      says: /to be a zip file.*zip the code and upload it again/,
    },
    { name: 'an empty object', bytes: async () => Buffer.alloc(0), says: /to be a zip file/ },
    {
      name: 'a zip without the handler',
      bytes: () => zipOf({ 'src/app.mjs': '' }),
      says: /a zip with index\.js or index\.mjs.*for handler index\.handler.*src\/app\.mjs/,
    },
    { name: 'a version that is not semantic', version: 'latest', says: /semantic version.*latest/ },
    {
      name: 'a version that is not newer',
      version: '0.9.0',
      says: /a version above 1\.0\.0.*0\.9\.0.*raise the version/,
    },
    {
      name: 'a released version with other bytes',
      version: '1.0.0',
      bytes: () => zipOf({ 'index.mjs': '//other' }),
      says: /immutable: upload the change as a newer version/,
    },
    { name: 'a policy that is not JSON', before: () => pipeline.setPolicy('{'), says: /JSON/ },
    {
      name: 'a policy that does not validate',
      before: () =>
        pipeline.setPolicy(
          '{"environments":[{"name":"production","strategy":{"type":"canary","percent":150,"minutes":5}}]}',
        ),
      says: /percent/,
    },
    {
      name: 'a policy whose alarm does not exist',
      before: () =>
        pipeline.setPolicy([
          { ...POLICY[0], name: 'production', strategy: { type: 'allAtOnce' }, health: { alarms: ['nobody-made-it'] } },
        ]),
      says: /alarm nobody-made-it.*create it or correct the policy/,
    },
    {
      name: 'a release.json that is not JSON',
      before: () => pipeline.uploadManifest('1.1.0', '{ oops'),
      says: /release\.json/,
    },
    {
      name: 'a contract that the code does not keep',
      before: () =>
        pipeline.uploadManifest(
          '1.1.0',
          JSON.stringify({ contract: [{ name: 'teapot', event: {}, expect: { status: 418 } }] }),
        ),
      says: /teapot.*418/,
    },
  ])('$name', async ({ version = '1.1.0', bytes, before, says }) => {
    await before?.();
    const { states, status, cause } = await pipeline.release(version, await bytes?.());
    expect(cause).toMatch(says);
    expect({ status, end: states.at(-1) }).toEqual({ status: 'FAILED', end: 'Rejected' });
    expect(pipeline.webhook).toHaveLength(1);
    await nothingHappened();
  });

  it('an unknown function', async () => {
    const before = await pipeline.executions();
    await pipeline.upload('1.1.0', undefined, 'nobody');
    const arn = await pipeline.until(async () => (await pipeline.executions()).find((one) => !before.includes(one)));
    const { states, cause, error } = await pipeline.outcome(arn);
    expect(states).toEqual(['LoadRelease', 'RejectRelease', 'Rejected']);
    expect(error).toBe('InvalidReleaseError');
    expect(cause).toMatch(
      /a function that this pipeline may release, got nobody.*correct the function part of the key/,
    );
    await nothingHappened();
  });

  it('an object that is deleted before it is read', async () => {
    const mend = pipeline.delayEvents(30_000);
    await pipeline.upload('1.1.0');
    const Bucket = pipeline.stack.outputs['ArtifactBucketName'];
    const s3 = new S3Client({ ...pipeline.sandbox.clientConfig, forcePathStyle: true });
    for (const VersionId of await pipeline.objectVersions('releases/orders/1.1.0/code.zip'))
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'releases/orders/1.1.0/code.zip', VersionId }));
    const arn = await pipeline.until(async () => (await pipeline.executions())[1]);
    mend();
    const { states, cause } = await pipeline.outcome(arn);
    expect(states.at(-1)).toBe('Rejected');
    expect(cause).toMatch(/deleted before it was read.*upload it again/);
    await nothingHappened();
  });
});

describe('events that arrive more than once, or together', () => {
  it('the same event twice: one rollout, and one execution that finds nothing to do', async () => {
    const mend = pipeline.duplicateEvents();
    await pipeline.upload('1.1.0');
    const arns = await pipeline.until(async () =>
      (await pipeline.executions()).length >= 3 ? pipeline.executions() : undefined,
    );
    mend();
    const outcomes = await Promise.all(arns.slice(1).map((arn) => pipeline.outcome(arn)));
    expect(outcomes.map(({ states }) => states.at(-1)).sort()).toEqual(['AlreadyReleased', 'Released']);
    expect(await pipeline.serves()).toBe('2');
    expect((await pipeline.rollouts()).filter(({ release }) => release === '1.1.0')).toHaveLength(1);
  });

  it('the same bytes uploaded again: nothing to do', async () => {
    const { status, output, states } = await pipeline.release('1.0.0');
    expect({ status, output, end: states.at(-1) }).toMatchObject({
      status: 'SUCCEEDED',
      output: { outcome: 'AlreadyReleased' },
      end: 'AlreadyReleased',
    });
  });

  it('two uploads at once: one waits for its turn, and both end', async () => {
    await Promise.all([pipeline.upload('1.1.0'), pipeline.upload('1.2.0')]);
    const arns = await pipeline.until(async () =>
      (await pipeline.executions()).length >= 3 ? pipeline.executions() : undefined,
    );
    const outcomes = await Promise.all(arns.slice(1).map((arn) => pipeline.outcome(arn)));
    const ends = outcomes.map(({ states, cause }) => `${states.at(-1)} ${cause}`);
    expect(outcomes.some(({ states }) => states.includes('WaitForTurn'))).toBe(true);
    expect(ends.some((end) => end.startsWith('Released'))).toBe(true);
    for (const end of ends) expect(end).toMatch(/^Released|^Rejected.*a version above 1\.2\.0/);
    const current = await pipeline.serves();
    expect(current).toMatch(/^[23]$/);
    expect(await pipeline.lockOwner()).toBe('');
    expect((await pipeline.release('3.0.0')).status).toBe('SUCCEEDED');
  });
});
