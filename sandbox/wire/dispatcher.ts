import { AwsError } from '../core/aws-error.ts';
import { ProcessEnded } from '../core/process.ts';
import type { ServiceId } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { ConnectionLost } from './connection-lost.ts';
import { signerOf, type Signer } from './credentials.ts';
import { encodeError, hostId } from './encode-error.ts';
import { decode, encode } from './exchange.ts';
import { identify, protocolOf, type Addressed } from './identify.ts';
import { answerControl, CONTROL_PATH } from './control-route.ts';
import type { Dispatcher, RouteHandler, WireRequest, WireResponse } from './message.ts';
import { loadModel, type ServiceModel } from './service-model.ts';
import { validateInput } from './validate-input.ts';

export interface DispatcherOptions {
  /** Told of exceptions that are no `AwsError`: bugs of the sandbox. The client gets a 500. */
  readonly onBug?: (error: unknown, operation: string) => void;
}

/** Operations that clients call without credentials. */
const UNSIGNED: ReadonlySet<string> = new Set(['AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML']);

/**
 * Builds the endpoint of all services of a world. Signatures are not verified; the access key alone decides who calls.
 * Service packages are loaded with the first request to each.
 */
export function createDispatcher(world: World, options: DispatcherOptions = {}): Dispatcher {
  const models = new Map<ServiceId, Promise<ServiceModel>>();
  const modelOf = (id: ServiceId): Promise<ServiceModel> => {
    const loading = models.get(id) ?? Promise.resolve().then(() => loadModel(world.service(id)));
    models.set(id, loading);
    return loading;
  };
  const routes = new Map<string, RouteHandler>();
  const dispatch = (request: WireRequest): Promise<WireResponse> =>
    request.path.startsWith(CONTROL_PATH)
      ? answerControl(routes, request)
      : world.clock.held('request', () => new Request(world, options, request).answer(modelOf));
  return { routes, dispatch };
}

/** One request on its way; what is known about it grows, and errors are written by what was known when they happened. */
class Request {
  readonly #world: World;
  readonly #options: DispatcherOptions;
  readonly #raw: WireRequest;
  readonly #query: URLSearchParams;
  #requestId: string;
  #addressed: Addressed | undefined;
  #model: ServiceModel | undefined;
  #operation = '';

  constructor(world: World, options: DispatcherOptions, raw: WireRequest) {
    this.#world = world;
    this.#options = options;
    this.#raw = raw;
    this.#query = new URLSearchParams(raw.path.split('?').slice(1).join('?'));
    this.#requestId = world.random.uuid();
  }

  async answer(modelOf: (id: ServiceId) => Promise<ServiceModel>): Promise<WireResponse> {
    try {
      return this.#finish(await this.#perform(modelOf));
    } catch (cause) {
      if (cause instanceof ConnectionLost || cause instanceof ProcessEnded) throw cause;
      return this.#finish(this.#failed(cause instanceof AwsError ? cause : this.#bug(cause)));
    }
  }

  async #perform(modelOf: (id: ServiceId) => Promise<ServiceModel>): Promise<WireResponse> {
    const signer = signerOf(this.#raw, this.#query);
    const to = (this.#addressed = identify(this.#raw, this.#query, signer));
    this.#operation = to.operation ?? '';
    if (to.facts.id === 'S3') this.#requestId = this.#requestId.replaceAll('-', '').slice(0, 16).toUpperCase();
    const model = (this.#model = await modelOf(to.facts.id));
    const exchange = await decode(model, to, this.#raw, this.#query);
    this.#operation = exchange.operation.name;
    this.#refuseAnonymous(signer, to);
    validateInput(to.facts.id, exchange.operation.input, exchange.input);
    const output = await this.#call(to.facts.id, exchange.input, exchange.request, signer);
    return encode(model, to, exchange, output ?? {}, this.#requestId);
  }

  #call(
    service: ServiceId,
    input: object,
    request: WireRequest,
    signer: Signer | undefined,
  ): Promise<object | undefined> {
    const principal = this.#world.authorizer.principalOf(signer?.accessKeyId);
    const endpoint = `http://${request.headers['host'] ?? '127.0.0.1'}`;
    const extra = { requestId: this.#requestId, headers: request.headers, endpoint };
    return this.#world.call<object | undefined>(service, this.#operation, input, principal, extra);
  }

  /** @throws AwsError 403 as AWS answers requests that nobody signed. */
  #refuseAnonymous(signer: Signer | undefined, to: Addressed): void {
    if (signer || UNSIGNED.has(this.#operation)) return;
    if (to.facts.id === 'S3') throw new AwsError('AccessDenied', 'Access Denied', { status: 403 });
    const code = to.protocol === 'awsQuery' ? 'MissingAuthenticationToken' : 'MissingAuthenticationTokenException';
    throw new AwsError(code, 'Missing Authentication Token', { status: 403 });
  }

  #bug(cause: unknown): AwsError {
    const name = `${this.#addressed?.facts.id ?? 'wire'}.${this.#operation}`;
    this.#options.onBug?.(cause, name);
    const message = `the sandbox failed in ${name}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`;
    return new AwsError('InternalFailure', message, { status: 500 });
  }

  #failed(error: AwsError): WireResponse {
    return encodeError(error, {
      protocol: this.#addressed?.protocol ?? protocolOf(this.#raw, this.#query),
      facts: this.#addressed?.facts,
      model: this.#model,
      requestId: this.#requestId,
    });
  }

  /** Adds what every answer carries. */
  #finish(response: WireResponse): WireResponse {
    const s3 = this.#addressed?.facts.id === 'S3';
    const ids: Record<string, string> = s3
      ? { 'x-amz-request-id': this.#requestId, 'x-amz-id-2': hostId(this.#requestId), server: 'AmazonS3' }
      : { 'x-amzn-requestid': this.#requestId };
    const date = new Date(this.#world.clock.now()).toUTCString();
    return { ...response, headers: { date, ...ids, ...response.headers } };
  }
}
