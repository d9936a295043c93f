import type { World } from '../../core/world.ts';
import type { Configuration, Deployable } from '../model.ts';
import type { Settings } from '../options.ts';
import type { Bundles } from './bundles.ts';
import { ChildEnvironment } from './child-environment.ts';
import type { CodeRunner, Invocation, Lease } from './code-runner.ts';
import { failure } from './code-runner.ts';
import { environmentVariables, newLogStream } from './environment-variables.ts';
import type { Command, NoCommand } from './runtimes.ts';
import { commandFor } from './runtimes.ts';

/** The environments of one version with one configuration. */
interface Group {
  readonly key: string;
  readonly functionName: string;
  readonly version: string;
  readonly deployable: Deployable;
  readonly environments: Set<ChildEnvironment>;
  readonly idle: ChildEnvironment[];
  /** Places taken by environments that are about to start. */
  starting: number;
  retired: boolean;
}

interface Waiter {
  readonly group: Group;
  readonly resolve: (lease: Promise<Lease>) => void;
}

/** An environment as the controls show it. */
export interface EnvironmentView {
  readonly functionName: string;
  readonly version: string;
  readonly pid: number | undefined;
  readonly busy: boolean;
}

/** Keeps child processes warm: bounded per version and in all, the one unused longest makes room, the idle ones end. */
export class ChildPool implements CodeRunner {
  readonly #world: World;
  readonly #settings: Settings;
  readonly #bundles: Bundles;
  readonly #groups = new Map<string, Group>();
  readonly #fingerprints = new WeakMap<Configuration, string>();
  #waiters: Waiter[] = [];
  #reaper: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #killAll = (): void => this.#environments().forEach((one) => one.kill());

  constructor(world: World, settings: Settings, bundles: Bundles) {
    this.#world = world;
    this.#settings = settings;
    this.#bundles = bundles;
    process.once('exit', this.#killAll);
  }

  async lease(functionName: string, version: string, deployable: Deployable): Promise<Lease> {
    const group = this.#group(functionName, version, deployable);
    return this.#tryLease(group) ?? new Promise<Lease>((resolve) => this.#waiters.push({ group, resolve }));
  }

  kill(functionName: string): number {
    const own = [...this.#groups.values()].filter((group) => group.functionName === functionName);
    const environments = own.flatMap((group) => [...group.environments]);
    for (const environment of environments) environment.kill();
    return environments.length;
  }

  retire(functionName: string, version?: string): void {
    for (const group of [...this.#groups.values()]) {
      if (group.functionName !== functionName || (version !== undefined && group.version !== version)) continue;
      group.retired = true;
      this.#groups.delete(group.key);
      for (const environment of group.idle.splice(0)) environment.kill();
    }
  }

  environments(): EnvironmentView[] {
    return [...this.#groups.values()].flatMap(({ functionName, version, environments }) =>
      [...environments]
        .filter((one) => !one.isDead)
        .map(({ pid, isBusy: busy }) => ({ functionName, version, pid, busy })),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#reaper);
    process.removeListener('exit', this.#killAll);
    this.#killAll();
    await this.#bundles.close();
  }

  #group(functionName: string, version: string, deployable: Deployable): Group {
    const key = `${functionName}:${version}:${deployable.codeSha256}:${this.#fingerprint(deployable.configuration)}`;
    const known = this.#groups.get(key);
    if (known) return known;
    const made: Group = {
      key,
      functionName,
      version,
      deployable,
      environments: new Set(),
      idle: [],
      starting: 0,
      retired: false,
    };
    this.#groups.set(key, made);
    return made;
  }

  #fingerprint(configuration: Configuration): string {
    const text = this.#fingerprints.get(configuration) ?? JSON.stringify(configuration);
    this.#fingerprints.set(configuration, text);
    return text;
  }

  #tryLease(group: Group): Promise<Lease> | undefined {
    let warm = group.idle.pop();
    while (warm?.isDead) warm = group.idle.pop();
    if (warm) return Promise.resolve(this.#leaseOf(group, warm));
    if (!this.#mayStart(group)) return undefined;
    group.starting++;
    return this.#start(group).finally(() => {
      group.starting--;
    });
  }

  /** Makes room where it can. A version that has no environment may always start one: nobody waits for it in vain. */
  #mayStart(group: Group): boolean {
    const own = sizeOf(group);
    if (own >= this.#settings.environmentsPerVersion) return false;
    while (this.#count() >= this.#settings.environments) if (!this.#evict()) return own === 0;
    return true;
  }

  #count(): number {
    return [...this.#groups.values()].reduce((sum, group) => sum + sizeOf(group), 0);
  }

  #evict(): boolean {
    const idle = [...this.#groups.values()].flatMap((group) =>
      group.idle.map((environment) => ({ group, environment })),
    );
    const [oldest] = idle.sort((a, b) => a.environment.idleSince - b.environment.idleSince);
    if (!oldest) return false;
    oldest.group.idle.splice(oldest.group.idle.indexOf(oldest.environment), 1);
    oldest.environment.kill();
    return true;
  }

  async #start(group: Group): Promise<Lease> {
    const { functionName, version, deployable } = group;
    const taskRoot = await this.#bundles.folderOf(deployable.codeSha256);
    const logStream = newLogStream(this.#world, version);
    const command = commandFor(deployable.configuration, taskRoot);
    if ('errorType' in command) return refusal(command, logStream);
    const variables = environmentVariables(this.#world, deployable, { functionName, version, logStream });
    const environment = this.#launch(group, command, taskRoot, logStream, variables);
    group.environments.add(environment);
    return this.#leaseOf(group, environment);
  }

  #launch(
    group: Group,
    command: Command,
    taskRoot: string,
    logStream: string,
    variables: Record<string, string>,
  ): ChildEnvironment {
    const { clock, channels } = this.#world;
    const logGroup = group.deployable.configuration.LoggingConfig.LogGroup ?? '';
    const launch = {
      command,
      cwd: taskRoot,
      env: { ...variables, LAMBDA_TASK_ROOT: taskRoot, PATH: process.env.PATH ?? '' },
      logStream,
      initTimeoutMs: this.#settings.initTimeoutMs,
      now: () => clock.now(),
      log: (line: string) => channels.log(logGroup, logStream, `${line}\n`, clock.now()),
    };
    const environment: ChildEnvironment = new ChildEnvironment(launch, () => this.#ended(group, environment));
    return environment;
  }

  #leaseOf(group: Group, environment: ChildEnvironment): Lease {
    return {
      logStream: environment.logStream,
      run: async (invocation: Invocation) => {
        try {
          return await environment.run(invocation);
        } finally {
          this.#release(group, environment);
        }
      },
    };
  }

  #release(group: Group, environment: ChildEnvironment): void {
    if (!environment.isDead && (group.retired || this.#closed)) environment.kill();
    if (!environment.isDead) {
      environment.idleSince = performance.now();
      group.idle.push(environment);
      this.#reaper ??= this.#startReaper();
    }
    this.#serveWaiters();
  }

  #ended(group: Group, environment: ChildEnvironment): void {
    group.environments.delete(environment);
    const index = group.idle.indexOf(environment);
    if (index >= 0) group.idle.splice(index, 1);
    this.#serveWaiters();
  }

  #serveWaiters(): void {
    if (this.#waiters.length === 0) return;
    const waiting = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiting) {
      const lease = this.#tryLease(waiter.group);
      if (lease) waiter.resolve(lease);
      else this.#waiters.push(waiter);
    }
  }

  #startReaper(): NodeJS.Timeout {
    const reaper = setInterval(() => this.#reap(), Math.max(1_000, this.#settings.idleMs / 4));
    return reaper.unref();
  }

  #reap(): void {
    const limit = performance.now() - this.#settings.idleMs;
    for (const group of this.#groups.values())
      for (const environment of group.idle.filter((one) => one.idleSince < limit)) environment.kill();
  }

  #environments(): ChildEnvironment[] {
    return [...this.#groups.values()].flatMap((group) => [...group.environments]);
  }
}

/** Environments of a group that live or are about to. */
function sizeOf(group: Group): number {
  let size = group.starting;
  for (const environment of group.environments) if (!environment.isDead) size++;
  return size;
}

/** A lease that fails: the runtime does not exist here. */
function refusal({ errorType, message }: NoCommand, logStream: string): Lease {
  const figures = { durationMs: 0, maxMemoryMb: 0, status: 'error' as const };
  return {
    logStream,
    run: async ({ requestId }) => failure(errorType, `RequestId: ${requestId} Error: ${message}`, figures),
  };
}
