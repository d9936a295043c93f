import type { RouteHandler, WireRequest, WireResponse } from './message.ts';

/** Where requests to the sandbox itself begin; no bucket can have this name. */
export const CONTROL_PATH = '/_weighbridge/';

/** Finds the handler of the longest path that the request's path begins with. */
export async function answerControl(
  routes: ReadonlyMap<string, RouteHandler>,
  request: WireRequest,
): Promise<WireResponse> {
  const path = request.path.split('?', 1)[0] ?? '';
  const found = [...routes.keys()]
    .filter((route) => path === route || path.startsWith(`${route}/`))
    .toSorted((a, b) => b.length - a.length)[0];
  const handler = found === undefined ? undefined : routes.get(found);
  if (!handler) return json(404, { message: `no control at ${path}; there are: ${[...routes.keys()].join(', ')}` });
  try {
    return await handler(request);
  } catch (cause) {
    return json(500, { message: cause instanceof Error ? cause.message : String(cause) });
  }
}

/** A JSON answer of a control. */
export function json(status: number, value: unknown): WireResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}
