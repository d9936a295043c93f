import { createClock, type ClockMode } from './core/clock.ts';
import { memoryStorage, type Snapshot, type Storage } from './core/collection.ts';
import { createWorld } from './core/create-world.ts';
import { journalStorage } from './core/journal.ts';
import { createRandom } from './core/random.ts';
import type { World } from './core/world.ts';
import { openSession, type Session } from './session.ts';
import { buildServices, type Controls, type ServiceOptions } from './services.ts';
import { addControlRoutes } from './control-routes.ts';
import { createDispatcher } from './wire/dispatcher.ts';
import { inProcessHandler } from './wire/in-process-handler.ts';
import type { Dispatcher } from './wire/message.ts';
import { startServer, type Server } from './wire/server.ts';

/** How a sandbox runs; everything but the clock has a default. */
export interface SandboxOptions extends ServiceOptions {
  readonly clock: ClockMode;
  /** Sandbox time at the start, in milliseconds since the epoch. A sandbox that keeps its state never goes back. */
  readonly start?: number;
  /** Port on 127.0.0.1, 0 for any free one; `false`, the default, for no server. */
  readonly port?: number | false;
  /** Same seed, same calls in the same order: same ids, same weighted routing. */
  readonly seed?: number;
  readonly region?: string;
  readonly accountId?: string;
  /** Enforces the account's rate limits from the start; `rateLimits.enforce` does so later. Off when absent. */
  readonly rateLimits?: boolean;
  /** Folder that keeps the state; in memory when absent. */
  readonly dataDir?: string;
  /** What a sandbox in memory begins with: what another one held, whose time it continues. */
  readonly from?: Snapshot;
  /** Told of exceptions that are bugs of the sandbox; the client gets a 500 that says so. */
  readonly onBug?: (error: unknown, operation: string) => void;
}

/** What an SDK client needs in order to reach a sandbox as the account's administrator. */
export interface ClientConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Present when there is no server: the client then calls within the process. */
  readonly requestHandler?: ReturnType<typeof inProcessHandler>;
}

/** A running sandbox. */
export interface Sandbox extends Controls {
  readonly world: World;
  readonly dispatcher: Dispatcher;
  /** Base URL, `''` without a server. */
  readonly url: string;
  readonly clientConfig: ClientConfig;
  /** All of its state now, for others to begin with; what is under way goes on there as after a kill. */
  snapshot(): Snapshot;
  close(): Promise<void>;
}

/**
 * Composes all services into one account in one Region, and serves it over HTTP when a port is given.
 * @throws Error when the port is taken (EADDRINUSE) or the data folder cannot be used: choose others.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const storage = options.dataDir === undefined ? memoryStorage(options.from) : await journalStorage(options.dataDir);
  try {
    return await open(options, storage);
  } catch (cause) {
    await storage.close();
    throw cause;
  }
}

async function open(options: SandboxOptions, storage: Storage): Promise<Sandbox> {
  const session = openSession(storage, { start: startOf(options), seed: options.seed ?? 1 });
  const { world, controls } = compose(options, storage, session);
  controls.rateLimits.enforce(options.rateLimits ?? false);
  const dispatcher = createDispatcher(world, options.onBug ? { onBug: options.onBug } : {});
  addControlRoutes(dispatcher, world, controls);
  const started = deferred();
  const server = await serve(dispatcher, started.promise, options.port ?? false);
  world.endpoint = server?.url ?? '';
  await world.clock.held('request', () => start(world));
  session.follow(world);
  started.resolve();
  const clientConfig = configOf(world, dispatcher, server);
  const ends = { snapshot: () => storage.snapshot(), close: () => close(world, server) };
  return { world, dispatcher, url: world.endpoint, clientConfig, ...controls, ...ends };
}

/** Sandboxes that jump through time start at a fixed instant, so that every run is the same. */
function startOf(options: SandboxOptions): number {
  return options.start ?? (options.clock.kind === 'virtual' ? Date.UTC(2026, 0, 1) : Date.now());
}

function compose(options: SandboxOptions, storage: Storage, session: Session): { world: World; controls: Controls } {
  let controls: Controls | undefined;
  const settings = {
    region: options.region ?? 'us-east-1',
    accountId: options.accountId ?? '123456789012',
    clock: createClock(options.clock, session.start),
    random: createRandom(session.seed),
    storage,
  };
  const world = createWorld(settings, (unfinished) => {
    const built = buildServices(unfinished, options);
    controls = built.controls;
    return built;
  });
  if (!controls) throw new Error('expected createWorld to build the services');
  return { world, controls };
}

/** Requests that come before the services have started wait for them. */
async function serve(dispatcher: Dispatcher, ready: Promise<void>, port: number | false): Promise<Server | undefined> {
  if (port === false) return undefined;
  const gate: Dispatcher = {
    routes: dispatcher.routes,
    dispatch: (request) => ready.then(() => dispatcher.dispatch(request)),
  };
  return startServer(gate, { port, host: '127.0.0.1' });
}

async function start(world: World): Promise<void> {
  for (const service of world.services()) await service.start?.();
}

async function close(world: World, server: Server | undefined): Promise<void> {
  await server?.close();
  for (const service of world.services()) await service.stop?.();
  world.clock.stop();
  await world.storage.close();
}

function configOf(world: World, dispatcher: Dispatcher, server: Server | undefined): ClientConfig {
  return {
    region: world.region,
    endpoint: server?.url ?? 'http://127.0.0.1',
    credentials: { accessKeyId: 'AKIAWEIGHBRIDGEADMIN', secretAccessKey: 'any' },
    ...(!server && { requestHandler: inProcessHandler(dispatcher) }),
  };
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
