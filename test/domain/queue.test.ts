import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askAgainSeconds, queueOf, turnOf, waiterLease, type Holder, type Waiting } from '../../domain/queue.ts';

const NOW = Date.UTC(2026, 0, 1);
const urgent = { by: 'ana', why: 'production is down' };

function aWaiter(release: string, changes: Partial<Waiting> = {}): Waiting {
  const place = { function: 'orders', environment: 'production', alias: 'production', strategy: 'canary' };
  const own = { execution: `arn:${release}`, name: release, release };
  return { ...place, ...own, mode: 'inOrder', since: '2026', leaseUntil: NOW / 1000 + 60, behind: '', ...changes };
}

const holding = (release?: string): Holder => ({ rollout: 'run-1/production', release });

describe('turnOf', () => {
  it.each<{ name: string; me: Waiting; waiting?: Waiting[]; holder?: Holder; turn: object }>([
    { name: 'takes a free environment', me: aWaiter('1.2.0'), turn: { kind: 'take' } },
    {
      name: 'waits behind a rollout',
      me: aWaiter('1.2.0', { mode: 'supersede' }),
      holder: holding('1.1.0'),
      turn: { kind: 'wait', behind: '1.1.0, which is rolling out (run-1/production)' },
    },
    {
      name: 'waits behind a lock that names no release',
      me: aWaiter('1.2.0', { expedite: urgent }),
      holder: holding(),
      turn: { kind: 'wait', behind: 'rollout run-1/production' },
    },
    {
      name: 'goes first and takes over from a newer rollout, as a rollback, whatever waits',
      me: aWaiter('1.0.0', { kind: 'rollback', mode: 'supersede' }),
      waiting: [aWaiter('1.3.0', { expedite: urgent })],
      holder: holding('1.2.0'),
      turn: { kind: 'takeOver' },
    },
    {
      name: 'waits behind a rollback, which supersedes nothing',
      me: aWaiter('0.9.0', { mode: 'supersede', expedite: urgent }),
      waiting: [aWaiter('1.0.0', { kind: 'rollback' })],
      turn: { kind: 'wait', behind: '1.0.0, which waits too' },
    },
    {
      name: 'lets a lower version go first, in semantic order',
      me: aWaiter('1.10.0'),
      waiting: [aWaiter('1.9.0')],
      turn: { kind: 'wait', behind: '1.9.0, which waits too' },
    },
    {
      name: 'goes before higher versions',
      me: aWaiter('1.9.0'),
      waiting: [aWaiter('1.10.0')],
      turn: { kind: 'take' },
    },
    {
      name: 'is superseded by a newer one that waits',
      me: aWaiter('1.2.0', { mode: 'supersede' }),
      waiting: [aWaiter('1.3.0'), aWaiter('1.4.0')],
      holder: holding('1.1.0'),
      turn: { kind: 'superseded', by: '1.4.0', reason: 'superseded by 1.4.0, which waits for the same environment' },
    },
    {
      name: 'is superseded by a newer one that rolls out',
      me: aWaiter('1.2.0', { mode: 'supersede' }),
      holder: holding('1.3.0'),
      turn: { kind: 'superseded', reason: 'superseded by 1.3.0, which is rolling out' },
    },
    {
      name: 'is not superseded by a release candidate of its own version',
      me: aWaiter('1.2.0', { mode: 'supersede' }),
      waiting: [aWaiter('1.2.0-rc.1', { mode: 'supersede' })],
      turn: { kind: 'take' },
    },
    {
      name: 'ignores the dead',
      me: aWaiter('1.2.0', { mode: 'supersede' }),
      waiting: [aWaiter('1.1.0', { leaseUntil: NOW / 1000 }), aWaiter('1.3.0', { leaseUntil: NOW / 1000 })],
      turn: { kind: 'take' },
    },
    {
      name: 'does not wait for an older one that a newer one has superseded',
      me: aWaiter('1.3.0'),
      waiting: [aWaiter('1.2.0', { mode: 'supersede' })],
      turn: { kind: 'take' },
    },
    {
      name: 'takes over when it is expedited',
      me: aWaiter('1.3.0', { expedite: urgent }),
      waiting: [aWaiter('1.2.0')],
      holder: holding('1.1.0'),
      turn: { kind: 'takeOver', holder: { rollout: 'run-1/production' } },
    },
    {
      name: 'refuses to take over from the same version',
      me: aWaiter('1.3.0', { expedite: urgent }),
      holder: holding('1.3.0'),
      turn: { kind: 'tooOld', reason: expect.stringMatching(/above 1\.3\.0, which is rolling out/) as string },
    },
    {
      name: 'keeps an expedited one although a newer one waits',
      me: aWaiter('1.2.1', { expedite: urgent, mode: 'supersede' }),
      waiting: [aWaiter('1.3.0', { mode: 'supersede' })],
      turn: { kind: 'take' },
    },
    {
      name: 'gives up an expedited one for a newer expedited one',
      me: aWaiter('1.2.1', { expedite: urgent, mode: 'supersede' }),
      waiting: [aWaiter('1.2.2', { expedite: urgent, mode: 'supersede' })],
      turn: { kind: 'superseded', by: '1.2.2' },
    },
    {
      name: 'lets the first of two uploads of one version go first',
      me: aWaiter('1.2.0', { since: '2026-02' }),
      waiting: [aWaiter('1.2.0', { execution: 'arn:first', since: '2026-01' })],
      turn: { kind: 'wait' },
    },
  ])('$name', ({ me, waiting = [], holder, turn }) => {
    expect(turnOf({ me, waiting: [me, ...waiting], holder, now: NOW })).toMatchObject(turn);
    expect(turnOf({ me, waiting, holder, now: NOW })).toMatchObject(turn);
  });
});

describe('queueOf', () => {
  it('tells the order in which those who are left get their turn', () => {
    const all = [
      aWaiter('2.0.0', { mode: 'supersede' }),
      aWaiter('1.5.0'),
      aWaiter('1.4.0', { mode: 'supersede' }),
      aWaiter('1.3.0', { leaseUntil: 0 }),
      aWaiter('1.6.0', { expedite: urgent }),
    ];
    expect(queueOf(all, holding('1.0.0'), NOW).map(({ release }) => release)).toEqual(['1.6.0', '1.5.0', '2.0.0']);
  });
});

describe('askAgainSeconds', () => {
  it('leaves room in the history of an execution that waits for twelve hours', () => {
    let waited = 0;
    let questions = 0;
    for (; waited < 12 * 3600; questions++) waited += askAgainSeconds(waited * 1000);
    expect(questions * 9).toBeLessThan(2_100);
  });

  it('gives a lease that outlasts the time until the next question and its retries', () => {
    expect(waiterLease(NOW, 300)).toBeGreaterThan(NOW / 1000 + 300 + 240);
  });
});

/** What happens in one environment, in small: executions that ask, die, and roll out, in any order. */
class Environment {
  readonly taken: Waiting[] = [];
  readonly ended = new Set<string>();
  readonly queue = new Map<string, Waiting>();
  holder: Waiting | undefined;
  current = 0;
  #now = NOW;

  ask(me: Waiting, race?: Waiting): void {
    if (this.ended.has(me.execution) || this.holder === me) return;
    this.#now += 1000;
    const seen = [...this.queue.values()];
    if (race) this.ask(race);
    if (minor(me) <= this.current) return void this.#end(me);
    const holder = this.holder && { rollout: this.holder.execution, release: this.holder.release };
    const turn = turnOf({ me, waiting: seen, holder, now: this.#now });
    if (turn.kind === 'superseded' || turn.kind === 'tooOld') return void this.#end(me);
    if (turn.kind === 'takeOver') this.finish(false);
    if (turn.kind === 'take' && !this.holder) return void this.#take(me, seen);
    this.queue.set(me.execution, { ...me, leaseUntil: waiterLease(this.#now, 30) });
  }

  /** The running rollout ends; promoted, it becomes the version below which nothing is released. */
  finish(promoted: boolean): void {
    if (this.holder && promoted) this.current = Math.max(this.current, minor(this.holder));
    if (this.holder) this.ended.add(this.holder.execution);
    this.holder = undefined;
  }

  /** Dies without a word; its entry stays until its lease runs out. */
  die(one: Waiting): void {
    this.ended.add(one.execution);
    if (this.holder === one) this.holder = undefined;
  }

  pass(seconds: number): void {
    this.#now += seconds * 1000;
  }

  #end(me: Waiting): void {
    this.ended.add(me.execution);
    this.queue.delete(me.execution);
  }

  /** Nobody who was seen alive in the queue, and will run, may come before the one that takes its turn. */
  #take(me: Waiting, seen: readonly Waiting[]): void {
    const rivals = seen.filter((one) => one.execution !== me.execution && one.leaseUntil * 1000 > this.#now);
    for (const rival of rivals) {
      const gone = rival.mode === 'supersede' && [me, ...rivals].some((one) => minor(one) > minor(rival));
      const later = me.expedite && !rival.expedite ? true : minor(rival) > minor(me);
      expect(gone || later, `${me.release} before ${rival.release}`).toBe(true);
    }
    this.holder = me;
    this.taken.push(me);
    this.queue.delete(me.execution);
  }
}

const minor = ({ release }: Waiting): number => Number(release.split('.')[1]);

type Event = { what: string; who: number; other: number };

describe('a queue in any order of events', () => {
  const waiter = fc.record({ mode: fc.constantFrom('supersede' as const, 'inOrder' as const), hot: fc.boolean() });
  const waiters = fc.array(waiter, { minLength: 1, maxLength: 8 });
  const happening = fc.record({
    what: fc.constantFrom('ask', 'ask', 'ask', 'race', 'promote', 'rollBack', 'die', 'pass'),
    who: fc.nat(7),
    other: fc.nat(7),
  });

  function played(kinds: { mode: Waiting['mode']; hot: boolean }[], events: Event[]) {
    const all = kinds.map(({ mode, hot }, at) =>
      aWaiter(`1.${at + 1}.0`, { mode, ...(hot && { expedite: urgent }), since: `${at}` }),
    );
    const environment = new Environment();
    const one = (at: number): Waiting => all[at % all.length] as Waiting;
    for (const { what, who, other } of events) {
      if (what === 'ask') environment.ask(one(who));
      if (what === 'race') environment.ask(one(who), one(other));
      if (what === 'promote') environment.finish(true);
      if (what === 'rollBack') environment.finish(false);
      if (what === 'die') environment.die(one(who));
      if (what === 'pass') environment.pass(600);
    }
    return { all, environment };
  }

  it('never lets one go before another whose turn it was, and never stops: everybody gets to an end', () => {
    fc.assert(
      fc.property(waiters, fc.array(happening, { maxLength: 60 }), (kinds, events) => {
        const { all, environment } = played(kinds, events);
        const rounds = 2 * all.length + 2;
        for (let round = 0; round < rounds; round++) {
          environment.pass(400);
          for (const each of all) environment.ask(each);
          environment.finish(round % 2 === 0);
        }
        expect(all.filter(({ execution }) => !environment.ended.has(execution))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('rolls out in order of version when all run, whatever order they asked in', () => {
    const order = fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 2 });
    fc.assert(
      fc.property(order, (arrivals) => {
        const all = arrivals.map((version) => aWaiter(`1.${version}.0`));
        const environment = new Environment();
        environment.ask(aWaiter('1.0.1', { execution: 'arn:first' }));
        environment.holder ??= aWaiter('1.0.1');
        for (const each of all) environment.ask(each);
        environment.taken.length = 0;
        for (const _ of all) {
          environment.finish(true);
          for (const each of all) environment.ask(each);
        }
        expect(environment.taken.map(minor)).toEqual([...arrivals].sort((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });
});
