import { json } from '../wire/control-route.ts';
import type { RouteHandler, WireRequest, WireResponse } from '../wire/message.ts';
import type { Faults } from './faults.ts';
import type { RuleInput } from './rule.ts';

/** Where faults are controlled over HTTP. */
export const FAULTS_PATH = '/_weighbridge/faults';

/**
 * The control endpoint of faults: `GET` lists rules and what they struck, `POST` adds a rule or a list of rules,
 * `DELETE` removes all, and `DELETE /_weighbridge/faults/<id>` one.
 */
export function faultsRoute(faults: Faults): RouteHandler {
  return (request) => {
    switch (request.method) {
      case 'GET':
        return json(200, { rules: faults.rules(), strikes: faults.strikes() });
      case 'POST':
        return add(faults, request);
      case 'DELETE':
        return remove(faults, request);
      default:
        return json(405, { message: `expected GET, POST or DELETE, got ${request.method}` });
    }
  };
}

/** All rules of a list are added, or none. */
function add(faults: Faults, request: WireRequest): WireResponse {
  const added: string[] = [];
  try {
    const body = JSON.parse(Buffer.from(request.body).toString('utf8')) as RuleInput | RuleInput[];
    for (const rule of Array.isArray(body) ? body : [body]) added.push(faults.add(rule));
    return json(201, { ids: added });
  } catch (cause) {
    for (const id of added) faults.remove(id);
    if (cause instanceof TypeError) return json(400, { message: cause.message });
    if (cause instanceof SyntaxError) return json(400, { message: `expected a fault rule in JSON: ${cause.message}` });
    throw cause;
  }
}

function remove(faults: Faults, request: WireRequest): WireResponse {
  const path = request.path.split('?', 1)[0] ?? '';
  const id = decodeURIComponent(path.slice(FAULTS_PATH.length + 1));
  if (id === '') {
    faults.clear();
    return json(200, {});
  }
  return faults.remove(id) ? json(200, {}) : json(404, { message: `there is no fault rule ${id}` });
}
