import { AwsError } from './aws-error.ts';
import type { Clock } from './clock.ts';
import type { Storage } from './collection.ts';
import { currentProcess, mustLive, outsideProcesses } from './process.ts';
import type { Random } from './random.ts';
import type { Call, Need, Operation, Principal, Service, ServiceId } from './service.ts';
import type { Authorizer, CallRecord, Channels, FaultHook, World } from './world.ts';

export interface WorldOptions {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
}

/** Builds one account in one Region out of services. `build` gets the world so that services can call one another. */
export function createWorld(
  options: WorldOptions,
  build: (world: World) => { services: readonly Service[]; channels: Channels; authorizer: Authorizer },
): World {
  const world = new SandboxWorld(options);
  const built = build(world);
  world.channels = built.channels;
  world.authorizer = built.authorizer;
  for (const service of built.services) world.add(service);
  return world;
}

class SandboxWorld implements World {
  readonly region: string;
  readonly accountId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: Storage;
  channels!: Channels;
  authorizer!: Authorizer;
  endpoint = '';
  readonly #services = new Map<ServiceId, Service>();
  readonly #listeners = new Set<(record: CallRecord) => void>();
  #faults: FaultHook | undefined;
  #admit: ((service: ServiceId, operation: string) => void) | undefined;

  constructor(options: WorldOptions) {
    this.region = options.region;
    this.accountId = options.accountId;
    this.clock = options.clock;
    this.random = options.random;
    this.storage = options.storage;
  }

  add(service: Service): void {
    this.#services.set(service.id, service);
  }

  service(id: ServiceId): Service {
    const service = this.#services.get(id);
    if (!service) throw new AwsError('UnknownOperationException', `the sandbox has no service ${id}`);
    return service;
  }

  services(): readonly Service[] {
    return [...this.#services.values()];
  }

  observe(listener: (record: CallRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  setAdmission(admit: ((service: ServiceId, operation: string) => void) | undefined): void {
    this.#admit = admit;
  }

  setFaults(hook: FaultHook | undefined): void {
    this.#faults = hook;
  }

  async call<O>(
    service: ServiceId,
    name: string,
    input: object,
    principal: Principal,
    extra: Partial<Call> = {},
  ): Promise<O> {
    const found = this.#operation(service, name);
    const needs: Need[] = [];
    let error: string | undefined;
    try {
      return await this.clock.held('request', () =>
        this.#perform<O>(found, service, name, input, principal, extra, needs),
      );
    } catch (cause) {
      error = cause instanceof Error ? cause.name : String(cause);
      throw cause;
    } finally {
      const record = {
        service,
        operation: name,
        input,
        principal,
        at: this.clock.now(),
        needs,
        ...(error && { error }),
      };
      for (const listener of this.#listeners) listener(record);
    }
  }

  async #perform<O>(
    found: Operation,
    service: ServiceId,
    name: string,
    input: object,
    principal: Principal,
    extra: Partial<Call>,
    needs: Need[],
  ): Promise<O> {
    const authorize = (need: Need): void => {
      needs.push(need);
      this.authorizer.check(principal, need, service, name);
    };
    const process = currentProcess();
    mustLive(process);
    this.#admit?.(service, name);
    await outsideProcesses(() => this.#faults?.before(service, name, input, principal));
    mustLive(process);
    for (const need of found.needs(input as never, this)) authorize(need);
    const defaults = { requestId: this.random.uuid(), headers: {}, endpoint: this.endpoint };
    const call: Call = { ...defaults, ...extra, world: this, principal, authorize };
    const output = (await outsideProcesses(() => found.handle(input as never, call))) as O;
    await outsideProcesses(() => this.#faults?.after(service, name, input, principal));
    mustLive(process);
    return output;
  }

  #operation(service: ServiceId, name: string): Operation {
    const found = this.service(service).operations[name];
    if (found) return found;
    const message = `the sandbox does not support ${service}.${name}; sandbox/SUPPORT.md lists what it supports`;
    throw new AwsError('UnknownOperationException', message, { status: 501 });
  }
}
