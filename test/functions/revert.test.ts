import { describe, expect, it } from 'vitest';
import type { Change } from '../../domain/journal/change.ts';
import { digest } from '../../functions/rollout/digest.ts';
import { journaled } from '../../functions/rollout/journal.ts';
import { revertChanges } from '../../functions/rollout/revert.ts';
import { verifyEvidence } from '../../domain/evidence/verify.ts';
import { publishVersion } from '../../functions/publish-version.ts';
import { aPlan, aRelease, aRollout, common } from '../support/builders.ts';
import { facts, fakePorts } from '../support/fake-ports.ts';

const BARE = 'arn:aws:lambda:us-east-1:123456789012:function:orders';
const object = { bucket: 'artifacts', key: 'releases/orders/1.0.0/code.zip', versionId: 'v0', codeSha256: 'sha-1.0.0' };
const CODE: Change = { kind: 'code', before: { codeSha256: 'sha-1.0.0', object }, after: 'sha-1.1.0' };
const VARIABLES: Change = { kind: 'variables', before: { MODE: 'old' }, after: { MODE: 'new' } };
const MAPPING: Change = { kind: 'mapping', uuid: 'u1', source: 'queue', before: BARE, after: `${BARE}:production` };
const CAPACITY: Change = { kind: 'capacity', alias: 'production', environments: 10, before: '1', after: '2' };
const PERMISSION: Change = {
  kind: 'permission',
  version: '1',
  statement: {
    Sid: 'old',
    Effect: 'Allow',
    Action: 'lambda:InvokeFunction',
    Principal: { Service: 'events.amazonaws.com' },
  },
};

const witness = { ...common('PublishVersion'), rollout: aRollout() };
const reverter = { ...common('RollBack', { tick: 3 }), rollout: aRollout() };
type Fakes = ReturnType<typeof fakePorts>;

/** A rollout that has made all four changes. */
async function changed(changes: readonly Change[] = [MAPPING, CODE, VARIABLES, PERMISSION]): Promise<Fakes> {
  const fakes = fakePorts();
  const { state, ports } = fakes;
  state.functions.set('orders', facts({ codeSha256: 'sha-1.1.0', variables: { MODE: 'new' } }));
  const after = { uuid: 'u1', qualifier: 'production', functionArn: `${BARE}:production`, source: 'queue' };
  state.mappings = [after];
  for (const change of changes) await journaled(witness, ports.ledger, change, async () => undefined);
  return fakes;
}

interface Row {
  readonly name: string;
  readonly change: Change;
  readonly meanwhile: (fakes: Fakes) => void;
  readonly outcome: string;
  readonly says: RegExp;
}

describe('taking a rollout back', () => {
  it('undoes the last change first, each as it was', async () => {
    const { ports, state } = await changed();
    const all = await revertChanges(reverter, ports);
    expect(all.map(({ outcome }) => outcome)).toEqual(['reverted', 'reverted', 'reverted', 'reverted']);
    expect(state.writes).toEqual(['allow 1 old', 'variables MODE', 'code sha-1.0.0', `mapping u1 ${BARE}`]);
    expect(state.functions.get('orders')?.variables).toEqual({ MODE: 'old' });
  });

  it('changes nothing when it is done again, and says the same', async () => {
    const { ports, state } = await changed();
    const outcomes = async () => (await revertChanges(reverter, ports)).map(({ change, outcome }) => [change, outcome]);
    const first = await outcomes();
    const writes = [...state.writes];
    expect(await outcomes()).toEqual(first);
    expect(state.writes).toEqual(writes);
  });

  it('undoes nothing that was recorded and never made', async () => {
    const { ports, state } = await changed();
    state.functions.set('orders', facts({ codeSha256: 'sha-1.0.0', variables: { MODE: 'old' } }));
    state.mappings = [{ uuid: 'u1', qualifier: undefined, functionArn: BARE, source: 'queue' }];
    state.statements.set('1', [PERMISSION.kind === 'permission' ? PERMISSION.statement : { Sid: '' }]);
    const all = await revertChanges(reverter, ports);
    expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(['unchanged']));
    expect(state.writes).toEqual([]);
  });

  it('undoes what was made and not marked as made', async () => {
    const { ports, state } = await changed([]);
    const died = journaled(witness, ports.ledger, CODE, async () => Promise.reject(new Error('killed after the call')));
    await expect(died).rejects.toThrow('killed');
    expect((await revertChanges(reverter, ports)).map(({ outcome }) => outcome)).toEqual(['reverted']);
    expect(state.writes).toEqual(['code sha-1.0.0']);
  });

  it.each([
    {
      name: 'other code',
      change: CODE,
      meanwhile: ({ state }: Fakes) => void state.functions.set('orders', facts({ codeSha256: 'sha-mine' })),
      outcome: 'leftAlone',
      says: /code of \$LATEST: somebody deployed other code since \(sha-mine\)/,
    },
    {
      name: 'other variables',
      change: VARIABLES,
      meanwhile: ({ state }: Fakes) => void state.functions.set('orders', facts({ variables: { MODE: 'mine' } })),
      outcome: 'leftAlone',
      says: /variables of \$LATEST \(MODE\): somebody changed them since, so it is left/,
    },
    {
      name: 'a mapping that somebody moved',
      change: MAPPING,
      meanwhile: ({ state }: Fakes) =>
        void (state.mappings = [{ uuid: 'u1', qualifier: 'x', functionArn: `${BARE}:x`, source: 'queue' }]),
      outcome: 'leftAlone',
      says: /somebody moved it since, to .*:x/,
    },
    {
      name: 'a mapping that somebody deleted',
      change: MAPPING,
      meanwhile: ({ state }: Fakes) => void (state.mappings = []),
      outcome: 'leftAlone',
      says: /somebody deleted it since/,
    },
    {
      name: 'capacity that followed the alias back',
      change: CAPACITY,
      meanwhile: ({ state }: Fakes) => void (state.provisioned = 10),
      outcome: 'reverted',
      says: /provisioned concurrency of alias production: 10 as before/,
    },
    {
      name: 'capacity that somebody changed',
      change: CAPACITY,
      meanwhile: ({ state }: Fakes) => void (state.provisioned = 4),
      outcome: 'leftAlone',
      says: /somebody changed it since, from 10 to 4, so it is left/,
    },
    {
      name: 'capacity that somebody took off',
      change: CAPACITY,
      meanwhile: ({ state }: Fakes) => void (state.provisioned = undefined),
      outcome: 'leftAlone',
      says: /somebody took it off since/,
    },
    {
      name: 'a permission of a version that is gone',
      change: PERMISSION,
      meanwhile: ({ state }: Fakes) => void state.functions.delete('orders:1'),
      outcome: 'cannot',
      says: /permission old on version 1: the version was deleted with it/,
    },
    {
      name: 'a version that was deleted',
      change: { kind: 'version', version: '9' },
      meanwhile: () => undefined,
      outcome: 'cannot',
      says: /version 9: it was deleted/,
    },
    {
      name: 'code that was not kept',
      change: { ...CODE, before: { codeSha256: 'sha-0', object: null, problem: 'it could not be kept' } },
      meanwhile: () => undefined,
      outcome: 'cannot',
      says: /code of \$LATEST: it could not be kept/,
    },
    {
      name: 'a statement that no call makes',
      change: { kind: 'permission', version: '1', statement: { Sid: 'x', Effect: 'Deny' } },
      meanwhile: () => undefined,
      outcome: 'cannot',
      says: /no call of Lambda makes/,
    },
  ] satisfies readonly Row[])('leaves $name as it is, and says so', async ({ change, meanwhile, outcome, says }) => {
    const fakes = await changed([change]);
    meanwhile(fakes);
    const [only] = await revertChanges(reverter, fakes.ports);
    expect(only).toMatchObject({ outcome });
    expect(only?.words).toMatch(says);
    expect(fakes.state.writes).toEqual([]);
  });

  it('goes on with the rest when one change cannot be undone, and never throws', async () => {
    const { ports, state } = await changed();
    const functions = {
      ...ports.functions,
      updateCode: async () => Promise.reject(Object.assign(new Error('no access'), { name: 'AccessDeniedException' })),
    };
    const all = await revertChanges(reverter, { ...ports, functions });
    expect(all.map(({ change, outcome }) => [change, outcome])).toEqual([
      ['permission-1-old', 'reverted'],
      ['variables', 'reverted'],
      ['code', 'failed'],
      ['mapping-u1', 'cannot'],
    ]);
    expect(all[2]?.words).toBe('code of $LATEST: AccessDeniedException: no access');
    expect(state.mappings[0]?.functionArn).toBe(`${BARE}:production`);
  });

  it('says so when the ledger does not tell what was changed', async () => {
    const { ports } = await changed();
    const ledger = { ...ports.ledger, evidence: async () => Promise.reject(new Error('throttled')) };
    expect(await revertChanges(reverter, { ...ports, ledger })).toMatchObject([{ outcome: 'failed' }]);
  });

  it('reads again when the function changes between reading and writing', async () => {
    const { ports, state } = await changed([CODE]);
    let lost = 2;
    const updateCode: typeof ports.functions.updateCode = async (...args) =>
      lost-- > 0 ? { conflict: true } : ports.functions.updateCode(...args);
    await revertChanges(reverter, { ...ports, functions: { ...ports.functions, updateCode } });
    expect(state.writes).toEqual(['code sha-1.0.0']);
  });
});

describe('PublishVersion', () => {
  const input = (changes = {}) => ({
    ...common('PublishVersion'),
    release: aRelease(),
    plan: aPlan({ configuration: { variables: { MODE: 'new' }, secrets: {} }, ...changes }),
    rollout: aRollout(),
  });
  const changesOf = ({ state }: Fakes) =>
    state.evidence.flatMap(({ evidence }) => (evidence.entry as { change?: Change }).change ?? []);

  it('records each change before it makes it, in a chain that holds', async () => {
    const fakes = fakePorts();
    const { ports, state } = fakes;
    state.publishedCode = [object];
    state.mappings = [{ uuid: 'u1', qualifier: undefined, functionArn: BARE, source: 'queue' }];
    await publishVersion(input({ eventSources: 'move' }), ports);
    expect(state.writes).toEqual([`mapping u1 ${BARE}:production`, 'code sha-1.1.0', 'variables MODE', 'publish 2']);
    expect(changesOf(fakes)).toMatchObject([MAPPING, CODE, { kind: 'variables', before: {}, after: { MODE: 'new' } }]);
    const record = { ...aRollout(), status: 'running', release: '1.1.0', alias: 'production', strategy: 'canary' };
    const entries = state.evidence.map(({ evidence }) => evidence);
    expect(verifyEvidence({ record, entries, figures: [] }, digest)).toEqual([]);
  });

  it('keeps a copy of code that no release brought, or whose release is gone', async () => {
    const fakes = fakePorts();
    fakes.state.publishedCode = [object];
    fakes.state.missing.add(object.key);
    fakes.state.functions.set('orders', facts({ codeSha256: 'sha-1.0.0', codeLocation: 'https://code' }));
    await publishVersion(input(), fakes.ports);
    const hex = Buffer.from('sha-1.0.0', 'base64').toString('hex');
    expect(changesOf(fakes)[0]).toMatchObject({
      before: { object: { key: `saved/orders/${hex}.zip`, versionId: 'kept' } },
    });
  });

  it('goes on when the code before cannot be kept, and the record says that there is no way back to it', async () => {
    const fakes = fakePorts();
    fakes.state.functions.set('orders', facts({ codeSha256: 'sha-1.0.0', codeLocation: 'broken' }));
    expect(await publishVersion(input(), fakes.ports)).toMatchObject({ candidate: { version: '2' } });
    expect(changesOf(fakes)[0]).toMatchObject({
      before: { object: null, problem: expect.stringMatching(/could not be kept before it was overwritten/) as string },
    });
  });
});
