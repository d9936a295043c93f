import { describe, expect, it } from 'vitest';
import { chooseTarget, type PastRollout, servedReleases } from '../../domain/rollback-target.ts';

/** What production went through, oldest first: `1.1.0` was released, `<1.0.0` was rolled back to. Versions number releases. */
const VERSIONS: Readonly<Record<string, string>> = {
  '0.9.0': '9',
  '1.0.0': '1',
  '1.1.0': '2',
  '1.2.0': '3',
  '1.3.0': '4',
};
const versionOf = (release: string) => VERSIONS[release] ?? '?';

function history(...steps: string[]): PastRollout[] {
  const releases = steps.map((step) => step.replace('<', ''));
  return steps.map((step, at) => {
    const release = releases[at] ?? '';
    const stableRelease = releases[at - 1] ?? null;
    const stable = stableRelease && versionOf(stableRelease);
    const kind = step.startsWith('<') ? 'rollback' : 'release';
    return {
      id: `r${at}`,
      kind,
      release,
      candidate: versionOf(release),
      stable,
      stableRelease,
      by: 'ana',
      endedAt: 'noon',
    };
  });
}

function ask(past: PastRollout[], to?: string) {
  const last = past.at(-1);
  const current = last && { release: last.release, lambdaVersion: versionOf(last.release), rollout: last.id };
  return chooseTarget({ environment: 'production', past, current, to });
}

describe('the target of a rollback', () => {
  it.each([
    { name: 'the release before', past: history('1.0.0', '1.1.0', '1.2.0'), target: '1.1.0' },
    {
      name: 'the one before what was released again',
      past: history('1.0.0', '1.1.0', '<1.0.0', '1.1.0'),
      target: '1.0.0',
    },
    {
      name: 'the one before the rollback, after a newer release',
      past: history('1.0.0', '1.1.0', '1.2.0', '<1.1.0', '1.3.0'),
      target: '1.1.0',
    },
    {
      name: 'never forward to what was rolled back',
      past: history('1.0.0', '1.1.0', '1.2.0', '<1.0.0', '1.3.0'),
      target: '1.0.0',
    },
    {
      name: 'what was there before the first release of ours',
      past: [{ ...history('1.0.0')[0], stable: '9', stableRelease: '0.9.0' } as PastRollout],
      target: '0.9.0',
    },
  ])('without a name: $name', ({ past, target }) => {
    expect(ask(past)).toMatchObject({ kind: 'back', target: { release: target, lambdaVersion: versionOf(target) } });
  });

  it.each([
    { name: 'an older release', past: history('1.0.0', '1.1.0', '1.2.0'), to: '1.0.0' },
    { name: 'on again to what was rolled back', past: history('1.0.0', '1.1.0', '<1.0.0'), to: '1.1.0' },
  ])('by name: $name', ({ past, to }) => {
    expect(ask(past, to)).toMatchObject({ kind: 'back', target: { release: to, lambdaVersion: versionOf(to) } });
  });

  it('takes the version that served a release last', () => {
    const past = history('1.0.0', '1.1.0', '<1.0.0', '1.1.0', '1.2.0');
    const again = past.map((one, at) => (at === 3 ? { ...one, candidate: '7' } : one));
    const served = again.map((one, at) => (at === 4 ? { ...one, stable: '7' } : one));
    expect(ask(served)).toMatchObject({ target: { release: '1.1.0', lambdaVersion: '7' } });
    expect(ask(served, '1.1.0')).toMatchObject({ target: { lambdaVersion: '7' } });
  });

  it('stays after a rollback unless a release is named', () => {
    const choice = ask(history('1.0.0', '1.1.0', '1.2.0', '<1.1.0'));
    expect(choice).toMatchObject({ kind: 'there', target: { release: '1.1.0' } });
    expect(choice).toHaveProperty(
      'reason',
      expect.stringMatching(/rolled back to 1\.1\.0 by ana at noon already.*--to/),
    );
    expect(ask(history('1.0.0', '1.1.0', '1.2.0', '<1.1.0'), '1.0.0')).toMatchObject({ kind: 'back' });
  });

  it('is there already when the named release is served', () => {
    expect(ask(history('1.0.0', '1.1.0'), '1.1.0')).toMatchObject({ kind: 'there' });
  });

  it.each([
    { name: 'nothing was ever released', past: [], to: undefined, says: /serves none yet/ },
    { name: 'there is none before', past: history('1.0.0'), to: undefined, says: /served before 1\.0\.0, got none/ },
    {
      name: 'it never served that',
      past: history('1.0.0', '1.1.0'),
      to: '2.0.0',
      says: /got 2\.0\.0; name one of 1\.0\.0/,
    },
  ])('is refused when $name', ({ past, to, says }) => {
    expect(() => ask(past, to)).toThrow(expect.objectContaining({ name: 'NotReadyError' }));
    expect(() => ask(past, to)).toThrow(says);
  });

  it('follows what was adopted by hand', () => {
    const past = history('1.0.0', '1.1.0', '1.2.0');
    const current = { release: '1.1.0', lambdaVersion: '2', rollout: 'adopted by ana' };
    expect(chooseTarget({ environment: 'production', past, current })).toMatchObject({ target: { release: '1.0.0' } });
  });

  it('lists what was served, the latest first, each once', () => {
    const past = history('1.0.0', '1.1.0', '<1.0.0', '1.2.0');
    const current = { release: '1.2.0', lambdaVersion: '3', rollout: 'r3' };
    expect(servedReleases({ past, current }).map(({ release }) => release)).toEqual(['1.2.0', '1.0.0', '1.1.0']);
  });
});
