import { chained, EMPTY, type Head, headAfter } from '../../domain/evidence/chain.ts';
import type { CustomReading } from '../../domain/health/custom/readings.ts';
import type { FreezeSwitch } from '../../domain/freeze/may-begin.ts';
import type { MinuteFigures } from '../../domain/health/figures.ts';
import type { TrafficMinute } from '../../domain/health/traffic.ts';
import type { Command } from '../../domain/commands.ts';
import type { Waiting } from '../../domain/queue.ts';
import type { Decision } from '../../domain/next-move.ts';
import type { DrillRecord } from '../../functions/drill/records.ts';
import type { CodeObject, PolicyStatement } from '../../domain/journal/change.ts';
import type { GroupKey } from '../../functions/group/ports.ts';
import type { GroupRecord } from '../../functions/group/records.ts';
import { ConcurrentChangeError } from '../../domain/errors.ts';
import type {
  AlarmNow,
  Artifact,
  EventSource,
  FunctionFacts,
  InvocationAnswer,
  Notice,
  Ports,
  Reference,
} from '../../functions/ports.ts';
import { digest } from '../../functions/rollout/digest.ts';
import type {
  ChainedEvidence,
  CurrentRelease,
  Evidence,
  KeptFigures,
  Lock,
  Place,
  RolloutRecord,
} from '../../functions/rollout/records.ts';
import type { RecordedChange } from '../../functions/outside/ports.ts';
import type { Routing } from '../../domain/routing.ts';

/** State behind the fake ports; tests set it up and look at it. */
export interface FakeState {
  aliases: Map<string, { routing: Routing; revision: number }>;
  functions: Map<string, FunctionFacts>;
  versions: { version: string; codeSha256: string; createdAt?: string }[];
  answers: (event: unknown, qualifier: string | undefined) => InvocationAnswer;
  references: Reference[];
  triggers: Reference[];
  mappings: EventSource[];
  /** Resource policies by version. */
  statements: Map<string, PolicyStatement[]>;
  publishedCode: CodeObject[];
  /** Keys of objects that are gone. */
  missing: Set<string>;
  /** Of each alias. */
  provisioned: number | undefined;
  artifact: Artifact | undefined;
  texts: Map<string, string>;
  policy: string | undefined;
  figures: Record<string, MinuteFigures[]>;
  alarms: AlarmNow[];
  custom: CustomReading[];
  traffic: TrafficMinute[];
  notices: Notice[];
  secrets: Set<string>;
  executionStatus: string | undefined;
  locks: Map<string, Lock>;
  current: Map<string, CurrentRelease>;
  events: Map<string, string>;
  published: Map<string, string>;
  rollouts: Map<string, RolloutRecord>;
  /** Ids of the rollouts that are closed. */
  closed: Set<string>;
  evidence: { rollout: string; evidence: ChainedEvidence }[];
  kept: KeptFigures[];
  decisions: Map<string, Decision>;
  tokens: Map<string, string>;
  waiting: Map<string, Waiting>;
  commands: Map<string, Command[]>;
  /** Tokens that were answered. */
  woken: string[];
  freezes: FreezeSwitch[];
  /** Every write, in order: what a retry must not repeat. */
  writes: string[];
  drills: DrillRecord[];
  /** Changes of aliases from outside. */
  changes: (RecordedChange & { place: string })[];
  /** When CloudTrail last reported what the pipeline did. */
  trail?: string;
  groups: GroupRecord[];
  /** Whose turn it is, by the group's name. */
  turns: Map<string, GroupKey>;
  /** Names of executions that were started to take groups back. */
  startedGroups: string[];
  /** `function version` of every release that was uploaded. */
  uploads: string[];
}

export function facts(changes: Partial<FunctionFacts> = {}): FunctionFacts {
  return {
    version: '$LATEST',
    state: 'Active',
    lastUpdateStatus: 'Successful',
    codeSha256: 'sha-1.0.0',
    revisionId: 'r1',
    packageType: 'Zip',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    role: 'arn:aws:iam::123456789012:role/orders',
    variables: {},
    ...changes,
  };
}

/** Plain fakes of all ports over one state: no mocking library, the semantics of the real services in small. */
export function fakePorts(): { ports: Ports; state: FakeState } {
  const state: FakeState = {
    aliases: new Map([['production', { routing: { version: '1', weights: {} }, revision: 1 }]]),
    functions: new Map([
      ['orders', facts()],
      ['orders:1', facts({ version: '1' })],
    ]),
    versions: [{ version: '1', codeSha256: 'sha-1.0.0' }],
    answers: () => ({ payload: { statusCode: 200 }, milliseconds: 5 }),
    references: [],
    triggers: [],
    mappings: [],
    statements: new Map(),
    publishedCode: [],
    missing: new Set(),
    provisioned: undefined,
    artifact: undefined,
    texts: new Map(),
    policy: undefined,
    figures: {},
    alarms: [],
    custom: [],
    traffic: [],
    notices: [],
    secrets: new Set(),
    executionStatus: 'RUNNING',
    locks: new Map([
      [
        'orders#production',
        {
          owner: 'arn:aws:states:us-east-1:123456789012:execution:Rollout:run-1',
          rollout: 'run-1/production',
          leaseUntil: 9e12,
          fence: 1,
        },
      ],
    ]),
    current: new Map(),
    events: new Map(),
    published: new Map(),
    rollouts: new Map(),
    closed: new Set(),
    evidence: [],
    kept: [],
    decisions: new Map(),
    tokens: new Map(),
    waiting: new Map(),
    commands: new Map(),
    woken: [],
    freezes: [],
    writes: [],
    drills: [],
    changes: [],
    groups: [],
    turns: new Map(),
    startedGroups: [],
    uploads: [],
  };
  return { state, ports: { ...lambdaPorts(state), ...otherPorts(state), ledger: fakeLedger(state) } };
}

function lambdaPorts(state: FakeState): Pick<Ports, 'aliases' | 'functions' | 'references'> {
  const found = (alias: string) => {
    const one = state.aliases.get(alias);
    return one && { routing: one.routing, revisionId: String(one.revision) };
  };
  return {
    aliases: {
      read: async (_name, alias) => found(alias),
      write: async (_name, alias, routing, revisionId) => {
        const one = state.aliases.get(alias);
        if (!one || String(one.revision) !== revisionId) return { conflict: true };
        state.writes.push(`alias ${alias} ${JSON.stringify(routing)}`);
        state.aliases.set(alias, { routing, revision: one.revision + 1 });
        return { routing, revisionId: String(one.revision + 1) };
      },
      create: async (_name, alias, version) => {
        if (state.aliases.has(alias)) return { conflict: true };
        state.writes.push(`create ${alias} ${version}`);
        const routing = { version, weights: {} };
        state.aliases.set(alias, { routing, revision: 1 });
        return { routing, revisionId: '1' };
      },
      remove: async (_name, alias) => {
        state.writes.push(`remove ${alias}`);
        state.aliases.delete(alias);
      },
    },
    functions: {
      describe: async (name, version) => state.functions.get(version ? `${name}:${version}` : name),
      updateCode: async (name, release) => {
        state.writes.push(`code ${release.codeSha256}`);
        state.functions.set(name, {
          ...(state.functions.get(name) ?? facts()),
          codeSha256: release.codeSha256,
          revisionId: 'r2',
        });
      },
      updateVariables: async (name, variables) => {
        state.writes.push(`variables ${Object.keys(variables).join(',')}`);
        state.functions.set(name, { ...(state.functions.get(name) ?? facts()), variables, revisionId: 'r3' });
      },
      publish: async (name) => {
        const latest = state.functions.get(name) ?? facts();
        const last = state.versions.at(-1);
        if (last?.codeSha256 === latest.codeSha256) return last.version;
        const version = String(Number(last?.version ?? 0) + 1);
        state.writes.push(`publish ${version}`);
        state.versions.push({ version, codeSha256: latest.codeSha256 });
        state.functions.set(`${name}:${version}`, { ...latest, version });
        return version;
      },
      invoke: async (_name, qualifier, event) => state.answers(event, qualifier),
      versions: async () => state.versions,
      deleteVersion: async (_name, version) => {
        state.writes.push(`delete ${version}`);
        state.versions = state.versions.filter((one) => one.version !== version);
        return 'deleted';
      },
    },
    references: {
      toVersions: async () => state.references,
      triggers: async () => state.triggers,
      provisionedConcurrency: async () => state.provisioned,
      mappings: async () => state.mappings,
      mapping: async (uuid) => state.mappings.find((one) => one.uuid === uuid),
      pointMapping: async (uuid, functionArn) => {
        state.writes.push(`mapping ${uuid} ${functionArn}`);
        const qualifier = functionArn.split(':')[7];
        state.mappings = state.mappings.map((one) => (one.uuid === uuid ? { ...one, functionArn, qualifier } : one));
      },
      policy: async (_name, version) => state.statements.get(version) ?? [],
      allow: async (_name, version, { StatementId, ...rest }) => {
        state.writes.push(`allow ${version} ${StatementId}`);
        state.statements.set(version, [...(state.statements.get(version) ?? []), { Sid: StatementId, ...rest }]);
      },
      disallow: async (_name, version, id) => {
        state.writes.push(`disallow ${version} ${id}`);
        const rest = (state.statements.get(version) ?? []).filter(({ Sid }) => Sid !== id);
        state.statements.set(version, rest);
      },
    },
  };
}

function otherPorts(state: FakeState): Omit<Ports, 'aliases' | 'functions' | 'references' | 'ledger'> {
  return {
    artifacts: {
      read: async () => state.artifact,
      exists: async (_bucket, key) => !state.missing.has(key),
      keep: async (url, wanted) => {
        if (url === 'broken') throw new Error('the package could not be fetched');
        state.writes.push(`keep ${wanted.key}`);
        return { ...wanted, versionId: 'kept' };
      },
      text: async (_bucket, key) => state.texts.get(key),
    },
    policies: { read: async (name) => ({ name: `/weighbridge/${name}`, text: state.policy }) },
    health: {
      figures: async ({ versions }) =>
        Object.fromEntries(versions.map((version) => [version, state.figures[version] ?? []])),
      alarms: async (names) =>
        names.map((name) => state.alarms.find((one) => one.name === name) ?? { name, state: 'MISSING' }),
      custom: async ({ rules }) => rules.flatMap(({ name }) => state.custom.find((one) => one.name === name) ?? []),
      traffic: async () => state.traffic,
    },
    notifier: {
      tell: async (notice) => {
        state.notices.push(notice);
        return [{ channel: 'sns', result: 'delivered' }];
      },
    },
    secrets: { exists: async (reference) => state.secrets.has(reference) },
    executions: {
      status: async () => state.executionStatus,
      startGroup: async (name) => {
        if (!state.startedGroups.includes(name)) state.startedGroups.push(name);
        return `arn:group:${name}`;
      },
      wake: async (token) => void state.woken.push(token),
    },
    changes: {
      sawTrail: async (at) => void (state.trail = at),
      trailSeen: async () => state.trail,
      record: async (place, change) => {
        const known = state.changes.find((one) => one.eventId === change.eventId);
        if (known) return known;
        const recorded = { ...change, told: false, place: `${place.function}#${place.environment}` };
        state.changes.push(recorded);
        return recorded;
      },
      told: async (_place, { eventId }) => {
        state.changes = state.changes.map((one) => (one.eventId === eventId ? { ...one, told: true } : one));
      },
      latest: async ({ function: name, environment }) =>
        state.changes
          .filter(({ place }) => place === `${name}#${environment}`)
          .toSorted((a, b) => a.at.localeCompare(b.at))
          .at(-1),
      lock: async ({ function: name, environment }) => state.locks.get(`${name}#${environment}`),
    },
    groups: {
      claim: async (trigger, execution) => {
        if (!state.events.has(trigger)) state.events.set(trigger, execution);
        return state.events.get(trigger) ?? execution;
      },
      takeTurn: async (key) => {
        const held = state.turns.get(key.name);
        const busy = state.groups.some((one) => held && sameGroup(one, held) && one.status === 'running');
        if (!held || !busy) state.turns.set(key.name, key);
        return state.turns.get(key.name) ?? key;
      },
      open: async (record) => {
        if (!state.groups.some((one) => sameGroup(one, record))) state.groups.push(record);
      },
      takeOver: async (key, execution) => {
        const running = state.groups.some((one) => sameGroup(one, key) && one.status === 'running');
        if (running) state.groups = state.groups.map((one) => (sameGroup(one, key) ? { ...one, execution } : one));
        return running;
      },
      close: async (key, execution, end) => {
        const ours = state.groups.some((one) => sameGroup(one, key) && one.execution === execution);
        if (ours) state.groups = state.groups.map((one) => (sameGroup(one, key) ? { ...one, ...end } : one));
        return ours;
      },
      read: async (key) => state.groups.find((one) => sameGroup(one, key)),
      update: async (key, changes) => {
        state.groups = state.groups.map((one) => (sameGroup(one, key) ? { ...one, ...changes } : one));
      },
      running: async () => state.groups.filter(({ status }) => status === 'running'),
      latest: async (limit) => [...state.groups].reverse().slice(0, limit),
    },
    drills: {
      begin: async (record) => {
        if (!state.drills.some(({ execution }) => execution === record.execution)) state.drills.push(record);
      },
      end: async ({ execution }, result) => {
        state.drills = state.drills.map((one) => (one.execution === execution ? { ...one, ...result } : one));
      },
      latest: async (limit) => [...state.drills].reverse().slice(0, limit),
      rolloutsOf: async (name, release) =>
        [...state.rollouts.values()].filter((one) => one.function === name && one.release === release),
      evidence: async (id) => state.evidence.filter(({ rollout }) => rollout === id).map(({ evidence }) => evidence),
      lockHolder: async (name, environment) => {
        const lock = state.locks.get(`${name}#${environment}`);
        return lock?.owner ? lock.rollout : '';
      },
    },
    uploads: { upload: async (name, version) => void state.uploads.push(`${name} ${version}`) },
    sleep: async () => undefined,
  };
}

function sameGroup(a: GroupKey, b: GroupKey): boolean {
  return a.startedAt === b.startedAt && a.name === b.name && a.version === b.version;
}

function fakeLedger(state: FakeState): Ports['ledger'] {
  const place = ({ function: name, environment }: Place) => `${name}#${environment}`;
  return {
    claimEvent: async (release, environment, execution) => {
      const trigger = release.kind === 'rollback' ? release.rollback.request : `${release.key}#${release.versionId}`;
      const key = `${trigger}#${environment}`;
      if (!state.events.has(key)) state.events.set(key, execution);
      return state.events.get(key) ?? execution;
    },
    lockOf: async (where) => state.locks.get(place(where)),
    waiting: async (where) =>
      [...state.waiting.values()].filter((one) => where === undefined || place(one) === place(where)),
    enqueue: async (entry, renews) => {
      const key = `${place(entry)}#${entry.name}`;
      if (renews && !state.waiting.has(key)) return false;
      state.waiting.set(key, entry);
      return true;
    },
    dismiss: async (where, name) => state.waiting.has(`${place(where)}#${name}`),
    leaveQueue: async (where, name) => void state.waiting.delete(`${place(where)}#${name}`),
    commands: async (rollout) => state.commands.get(rollout) ?? [],
    order: async (rollout, seen, command) => {
      const given = state.commands.get(rollout) ?? [];
      if (given.length !== seen) return false;
      state.commands.set(rollout, [...given, command]);
      return true;
    },
    heldToken: async (rollout) =>
      [...state.tokens]
        .filter(([key]) => key.startsWith(`${rollout}#`))
        .map(([, token]) => token)
        .at(-1),
    locks: async () =>
      [...state.locks].flatMap(([key, lock]) => {
        const [name = '', environment = ''] = key.split('#');
        return lock.owner === '' ? [] : [{ ...lock, function: name, environment }];
      }),
    takeLock: async (where, { owner, rollout, release, leaving, now, leaseUntil }) => {
      const seen = state.locks.get(place(where));
      if (seen?.owner === owner && seen.rollout === rollout) return { taken: true, lock: seen };
      if (seen && seen.owner !== '' && seen.leaseUntil * 1000 > now) return { taken: false, lock: seen };
      const named = release === undefined ? {} : { release };
      if (leaving !== undefined && !state.waiting.delete(`${place(where)}#${leaving}`))
        return { taken: false, lock: seen ?? { owner: '', rollout: '', leaseUntil: 0, fence: 0 } };
      const lock = { owner, rollout, leaseUntil, fence: (seen?.fence ?? 0) + 1, ...named };
      state.locks.set(place(where), lock);
      return { taken: true, lock };
    },
    renewLock: async (where, { owner, fence, leaseUntil }) => {
      const seen = state.locks.get(place(where));
      if (seen?.owner !== owner || seen.fence !== fence) throw new ConcurrentChangeError('the lock is not ours');
      state.locks.set(place(where), { ...seen, leaseUntil });
    },
    fenceLock: async (where, owner) => {
      const seen = state.locks.get(place(where));
      if (seen?.owner === owner) state.locks.set(place(where), { ...seen, fence: seen.fence + 1 });
    },
    freeLock: async (where, owner) => {
      const seen = state.locks.get(place(where));
      if (seen?.owner === owner) state.locks.set(place(where), { ...seen, owner: '', leaseUntil: 0 });
    },
    current: async (where) => state.current.get(place(where)),
    recordCurrent: async (where, current) => void state.current.set(place(where), current),
    recordPromoted: async (where, current, { owner, fence }) => {
      const seen = state.locks.get(place(where));
      if (seen?.owner !== owner || seen.fence !== fence) return false;
      state.current.set(place(where), current);
      return true;
    },
    publishedDigest: async (name, version) => state.published.get(`${name}@${version}`),
    publishedCode: async (_name, codeSha256) => state.publishedCode.find((one) => one.codeSha256 === codeSha256),
    recordPublished: async (release) => {
      const key = `${release.function}@${release.version}`;
      if (!state.published.has(key)) state.published.set(key, release.codeSha256);
    },
    freezes: async (name) => state.freezes.filter(({ scope }) => scope === '*' || scope === name),
    openRollout: async (record) => {
      const stored = state.rollouts.get(record.id) ?? record;
      state.rollouts.set(record.id, stored);
      return stored;
    },
    rollout: async ({ id }) => state.rollouts.get(id),
    updateRollout: async ({ id }, changes) => {
      const stored = state.rollouts.get(id);
      if (stored) state.rollouts.set(id, { ...stored, ...changes });
    },
    pastRollouts: async (name) => [...state.rollouts.values()].filter((one) => one.function === name),
    append: async (rollout, evidence) => {
      const mine = state.evidence.filter((one) => one.rollout === rollout);
      const same = ({ state: of, tick, key = '' }: Evidence) =>
        [of, tick, key].join() === [evidence.state, evidence.tick, evidence.key ?? ''].join();
      if (mine.some((one) => same(one.evidence))) return;
      state.evidence.push({ rollout, evidence: chained(rollout, evidence, headOf(mine), digest) });
    },
    evidence: async (id) => state.evidence.filter(({ rollout }) => rollout === id).map(({ evidence }) => evidence),
    evidenceHead: async (id) => headOf(state.evidence.filter(({ rollout }) => rollout === id)),
    seal: async ({ id }) => {
      const sealed = headOf(state.evidence.filter(({ rollout }) => rollout === id));
      const stored = state.rollouts.get(id);
      if (stored) state.rollouts.set(id, { ...stored, sealed });
      return sealed;
    },
    keepFigures: async (_rollout, tick, parts) => {
      if (!state.kept.some((one) => one.tick === tick)) state.kept.push(...parts.map((rows) => ({ tick, rows })));
      return state.kept.filter((one) => one.tick === tick).map(({ rows }) => rows);
    },
    keptFigures: async () => state.kept,
    returnCurrent: async (where, rollout, before) => {
      if (state.current.get(place(where))?.rollout !== rollout) return;
      if (before) state.current.set(place(where), before);
      else state.current.delete(place(where));
    },
    closeRollout: async ({ id }) => void state.closed.add(id),
    endRollout: async ({ id, ...where }, owner) => {
      const seen = state.locks.get(place(where));
      if (seen?.owner === owner) state.locks.set(place(where), { ...seen, owner: '', leaseUntil: 0 });
      state.closed.add(id);
    },
    unclosedRollouts: async (execution) =>
      [...state.rollouts.values()].filter(
        (one) => !state.closed.has(one.id) && (!execution || one.execution === execution),
      ),
    openRollouts: async (functionName) =>
      [...state.rollouts.values()].filter(
        (one) => one.status === 'running' && (!functionName || one.function === functionName),
      ),
    decision: async (rollout, heldSince) => state.decisions.get(`${rollout}#${heldSince}`),
    recordToken: async (rollout, heldSince, token) => void state.tokens.set(`${rollout}#${heldSince}`, token),
  };
}

function headOf(entries: FakeState['evidence']): Head {
  const last = entries.at(-1)?.evidence;
  return last ? headAfter(last) : EMPTY;
}

/** One minute's figures of a version. */
export function minute(at: number, invocations: number, errors = 0): MinuteFigures {
  return { at, invocations, errors, throttles: 0, slow: 0 };
}
