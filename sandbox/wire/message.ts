/** An HTTP request, whoever carried it: a socket or a call inside the process. */
export interface WireRequest {
  readonly method: string;
  /** Raw path with query string, still percent-encoded. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** The answer to a `WireRequest`. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/** Answers requests outside the AWS services, under `/_weighbridge/…`. */
export type RouteHandler = (request: WireRequest) => WireResponse | Promise<WireResponse>;

/** Answers requests; never rejects but with `ConnectionLost`, which has no answer. */
export interface Dispatcher {
  /** Handlers by path, e.g. `/_weighbridge/health`; they also get every path below their own. */
  readonly routes: Map<string, RouteHandler>;
  dispatch(request: WireRequest): Promise<WireResponse>;
}
