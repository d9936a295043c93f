import type { World } from '../core/world.ts';
import type { Callbacks } from './run/execution.ts';
import type { Records } from './records.ts';
import type { TaskAnswer } from './tasks/task-answer.ts';

interface Waiting {
  readonly settle: (answer: TaskAnswer) => void;
  readonly beat: () => void;
}

/** Who waits for what: tokens, ends of executions, and a harness that times tasks out. */
export class CallbackRegistry implements Callbacks {
  readonly #world: World;
  readonly #records: Records;
  readonly #tokens = new Map<string, Waiting>();
  readonly #ends = new Map<string, Set<() => void>>();
  readonly #timeOuts = new Map<string, Set<() => void>>();

  constructor(world: World, records: Records) {
    this.#world = world;
    this.#records = records;
  }

  /** A token says which execution it belongs to, so that a late one is told from one that never was. */
  newToken(executionArn: string): string {
    const token = { executionArn, id: this.#world.random.uuid(), salt: this.#world.random.text(64) };
    return Buffer.from(JSON.stringify(token)).toString('base64');
  }

  /** The execution that a token was made for; absent when the text is no token. */
  executionOf(token: string): string | undefined {
    try {
      const { executionArn } = JSON.parse(Buffer.from(token, 'base64').toString('utf8')) as { executionArn?: unknown };
      return typeof executionArn === 'string' ? executionArn : undefined;
    } catch {
      return undefined;
    }
  }

  await(token: string, handlers: Waiting): () => void {
    this.#tokens.set(token, handlers);
    return () => {
      if (this.#tokens.get(token) === handlers) this.#tokens.delete(token);
    };
  }

  waitingFor(token: string): Waiting | undefined {
    return this.#tokens.get(token);
  }

  /** Hands an answer to whoever waits for the token, who then waits no more. */
  answer(token: string, answer: TaskAnswer): void {
    const waiting = this.#tokens.get(token);
    this.#tokens.delete(token);
    waiting?.settle(answer);
  }

  onTimeOut(executionArn: string, timeOut: () => void): () => void {
    return listen(this.#timeOuts, executionArn, timeOut);
  }

  /** Times out the tasks that an execution waits for now; gives how many they were. */
  timeOutTasks(executionArn: string): number {
    return notify(this.#timeOuts, executionArn);
  }

  onEnd(executionArn: string, ended: () => void): () => void {
    const status = this.#records.executions.get(executionArn)?.status;
    if (status === 'RUNNING') return listen(this.#ends, executionArn, ended);
    ended();
    return () => undefined;
  }

  ended(executionArn: string): void {
    notify(this.#ends, executionArn);
  }
}

function listen(all: Map<string, Set<() => void>>, key: string, listener: () => void): () => void {
  const listeners = all.get(key) ?? new Set();
  all.set(key, listeners.add(listener));
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && all.get(key) === listeners) all.delete(key);
  };
}

function notify(all: Map<string, Set<() => void>>, key: string): number {
  const listeners = [...(all.get(key) ?? [])];
  for (const listener of listeners) listener();
  return listeners.length;
}
