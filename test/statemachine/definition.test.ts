import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { SLACK } from '../../domain/lease.ts';
import { DEFINITIONS, OUTSIDE_STEPS, sizingOf, type Step } from '../../infra/steps.ts';

const ROOT = join(import.meta.dirname, '..', '..');

interface Rule {
  readonly ErrorEquals: readonly string[];
  readonly Next?: string;
  readonly MaxAttempts?: number;
  readonly JitterStrategy?: string;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxDelaySeconds?: number;
}

interface State {
  readonly Type: string;
  readonly Comment?: string;
  readonly Resource?: string;
  readonly TimeoutSeconds?: unknown;
  readonly Retry?: readonly Rule[];
  readonly Catch?: readonly Rule[];
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
}

interface Definition {
  readonly QueryLanguage: string;
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** One machine's definition, as text and parsed. */
function aMachine(id: keyof typeof DEFINITIONS) {
  const text = readFileSync(join(ROOT, 'statemachine', DEFINITIONS[id]), 'utf8');
  const definition = JSON.parse(text) as Definition;
  const states = Object.entries(definition.States);
  const tasks = states.filter(([, state]) => state.Type === 'Task');
  const lambdas = tasks.filter(([, { Resource }]) => Resource?.startsWith('arn:aws:states:::lambda:invoke'));
  return { id, text, definition, states, tasks, lambdas };
}

const machines = (Object.keys(DEFINITIONS) as (keyof typeof DEFINITIONS)[]).map(aMachine);
const kebab = (name: string) => name.replace(/\B[A-Z]/g, (letter) => `-${letter}`).toLowerCase();

/** The pauses of a rule one after the other, in seconds, as long as they can be. */
function pausesOf({ IntervalSeconds = 0, BackoffRate = 1, MaxDelaySeconds = 0, MaxAttempts = 0 }: Partial<Rule> = {}) {
  return Array.from({ length: MaxAttempts }, (_, i) => Math.min(IntervalSeconds * BackoffRate ** i, MaxDelaySeconds));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Where failures lead, machine by machine, and the states whose failures lead elsewhere: endings, or what must not undo. */
const FAILURES: Readonly<Record<string, { to: readonly string[]; endings: Readonly<Record<string, string>> }>> = {
  Rollout: {
    to: ['RollBack', 'RejectRelease'],
    endings: {
      RollBack: 'StillOurs',
      RestoreAlias: 'NotifyRollback',
      NotifyRollback: 'RolledBack',
      RejectRelease: 'Rejected',
      PruneVersions: 'CompleteRollout',
    },
  },
  Drill: { to: ['RecordDrill', 'RestoreBaseline', 'AnythingToRestore'], endings: { RecordDrill: 'DrillFailed' } },
  Group: {
    to: ['PlanUndo', 'CloseGroup'],
    endings: {
      PlanUndo: 'CloseGroupFailed',
      CloseGroup: 'CloseAgain',
      ReleaseMember: 'SettleMember',
      RollBackMember: 'WaitForRollback',
    },
  },
};

describe.each(machines)('the machine $id', ({ id, text, definition, states, tasks, lambdas }) => {
  it('is valid Amazon States Language', async () => {
    const filled = text.replaceAll(/\$\{(\w+)Arn\}/g, 'arn:aws:lambda:us-east-1:123456789012:function:$1');
    const result = await validate(JSON.parse(filled));
    expect(result.errorsText()).toBe('');
    expect(result.isValid).toBe(true);
  });

  it('asks in JSONata, explains every state, and ends by itself', () => {
    expect(definition.QueryLanguage).toBe('JSONata');
    expect(states.filter(([, { Comment }]) => !Comment).map(([name]) => name)).toEqual([]);
    expect(definition.TimeoutSeconds).toBeLessThanOrEqual(365 * 24 * 3600);
  });

  it('bounds every Task: a timeout, retries with jitter and a limit, and a Catch', () => {
    for (const [name, { TimeoutSeconds, Retry = [], Catch = [] }] of tasks) {
      expect(TimeoutSeconds, `${name} has a timeout`).toBeDefined();
      expect(Retry.length, `${name} retries`).toBeGreaterThan(0);
      for (const { MaxAttempts, JitterStrategy, ErrorEquals } of Retry) {
        const most = ErrorEquals.includes('Lambda.TooManyRequestsException') ? 30 : 10;
        expect(MaxAttempts, `${name} bounds its retries`).toBeLessThanOrEqual(most);
        if (MaxAttempts === 0) continue;
        if (ErrorEquals.length > 1) expect(JitterStrategy, `${name} retries with jitter`).toBe('FULL');
        else expect(ErrorEquals).toSatisfy(([only]) => JitterStrategy === 'FULL' || only === 'InProgressError');
      }
      expect(Catch.at(-1)?.ErrorEquals, `${name} catches everything`).toEqual(['States.ALL']);
    }
  });

  it('waits in line while AWS throttles, first of all and for long, but with a lock never longer than its lease lasts', () => {
    for (const [name, { Retry: [rule] = [], TimeoutSeconds }] of lambdas) {
      expect(rule?.ErrorEquals, name).toEqual(['ThrottledError', 'Lambda.TooManyRequestsException']);
      const { MaxAttempts = 0 } = rule ?? {};
      const longest = sum(pausesOf(rule));
      expect(longest, `${name} waits for minutes`).toBeGreaterThan(120);
      if (id !== 'Rollout' || typeof TimeoutSeconds !== 'number') continue;
      expect(longest + (MaxAttempts + 1) * TimeoutSeconds, `${name} ends before its lease`).toBeLessThan(SLACK);
    }
  });

  it('waits for an attempt that vanished until its time has run out, but not before it gives an alias back', () => {
    for (const [name, { Retry = [] }] of lambdas.filter(([one]) => one !== 'RollBack')) {
      const rule = Retry.find(({ ErrorEquals }) => ErrorEquals.includes('InProgressError'));
      expect(rule?.JitterStrategy, name).toBeUndefined();
      expect(sum(pausesOf(rule)), name).toBeGreaterThan(sizingOf(name as Step).timeoutSeconds);
    }
  });

  it('leads every failure where it is dealt with', () => {
    const { to = [], endings = {} } = FAILURES[id] ?? {};
    for (const [name, { Catch = [] }] of tasks) {
      const next = Catch.at(-1)?.Next;
      if (name in endings) expect(next, name).toBe(endings[name]);
      else expect(to, `${name} ends in ${next}`).toContain(next);
    }
  });

  it('reaches every state from the first', () => {
    const reached = new Set([definition.StartAt]);
    for (const name of reached) {
      const { Next, Default, Choices = [], Catch = [] } = definition.States[name] ?? { Type: '?' };
      for (const next of [Next, Default, ...Choices.map((one) => one.Next), ...Catch.map((one) => one.Next)])
        if (next) reached.add(next);
    }
    expect([...reached].sort()).toEqual(states.map(([name]) => name).sort());
  });

  it('matches on no error name that nothing throws', () => {
    const thrown = new Set(readFileSync(join(ROOT, 'domain', 'errors.ts'), 'utf8').match(/(?<=name = ')\w+/g));
    const named = new Set(
      tasks.flatMap(([, { Retry = [], Catch = [] }]) => [...Retry, ...Catch].flatMap(({ ErrorEquals }) => ErrorEquals)),
    );
    const ours = [...named].filter((name) => !/^(States|StepFunctions|Lambda|Sandbox|Runtime)\./.test(name));
    expect(ours.filter((name) => !thrown.has(name))).toEqual([]);
    expect(ours).toContain('TransientAwsError');
    expect(ours).toContain('ThrottledError');
  });

  it('retries nothing that a retry cannot mend', () => {
    const names = new Set(lambdas.flatMap(([, { Retry = [] }]) => Retry.flatMap(({ ErrorEquals }) => ErrorEquals)));
    for (const final of [
      'InvalidReleaseError',
      'NotReadyError',
      'ConcurrentChangeError',
      'InvariantError',
      'States.ALL',
    ])
      expect(names).not.toContain(final);
  });
});

describe('the machines', () => {
  it('has one handler file for each Task that runs code of ours, and no other', () => {
    const files = readdirSync(join(ROOT, 'functions')).filter(
      (name) => name.endsWith('.ts') && !['ports.ts', 'notices.ts', 'inputs.ts', 'runtime.ts'].includes(name),
    );
    const steps = machines.flatMap(({ lambdas }) => lambdas.map(([name]) => name));
    const wanted = [...steps, ...OUTSIDE_STEPS].map((name) => `${kebab(name)}.ts`);
    expect(files.sort()).toEqual(wanted.sort());
  });
});
