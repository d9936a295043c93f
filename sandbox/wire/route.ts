import type { ServiceId } from '../core/service.ts';
import { bindingsOf, membersOf, requiredMembersOf } from './schema.ts';
import type { OperationModel } from './service-model.ts';

/** What a request asks of a REST service: the path without query, and for S3 without the bucket. */
export interface Target {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Bucket that the request addresses, in the host name or the path; S3 only. */
  readonly bucket?: string | undefined;
}

/** The operation that a request reached, with the values of the path's labels. */
export interface RouteMatch {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

/** Routes of a service, the most specific first. */
export interface RouteTable {
  readonly routes: readonly Route[];
  /** Query keys that tell operations apart: a route that does not know one of them is not meant. */
  readonly deciding: ReadonlySet<string>;
}

interface Route {
  readonly operation: OperationModel;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
  /** Query parameters that the URI template fixes; an empty value means "present". */
  readonly fixed: readonly (readonly [string, string])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
  readonly knownQuery: ReadonlySet<string>;
  /** Whether it addresses a bucket; `undefined` outside S3. */
  readonly needsBucket: boolean | undefined;
  readonly literals: number;
}

/** Builds the routes of a service whose protocol is REST; other services have none. */
export function compileRoutes(service: ServiceId, operations: readonly OperationModel[]): RouteTable {
  const routes = operations.filter((operation) => operation.http).map((operation) => compile(service, operation));
  const deciding = service === 'S3' ? routes.flatMap((r) => [...r.fixed.map(([key]) => key), ...r.requiredQuery]) : [];
  return { routes: routes.toSorted(bySpecificity), deciding: new Set(deciding) };
}

/** Finds the operation for a request; the order of the table decides between several. */
export function matchRoute(table: RouteTable, target: Target): RouteMatch | undefined {
  const asked = [...target.query.keys()].filter((key) => table.deciding.has(key));
  for (const route of table.routes) {
    if (!fits(route, target) || !asked.every((key) => route.knownQuery.has(key))) continue;
    const found = route.pattern.exec(target.path);
    if (found) return { operation: route.operation, labels: labelsOf(route, found) };
  }
  return undefined;
}

function fits(route: Route, target: Target): boolean {
  const { method, query, headers, bucket } = target;
  const named = query.get('x-id');
  return (
    route.operation.http?.method === method &&
    (route.needsBucket === undefined || route.needsBucket === (bucket !== undefined)) &&
    (named === null || named === route.operation.name) &&
    route.fixed.every(([key, value]) => query.has(key) && (value === '' || query.get(key) === value)) &&
    route.requiredQuery.every((key) => query.has(key)) &&
    route.requiredHeaders.every((key) => headers[key] !== undefined)
  );
}

function labelsOf(route: Route, found: RegExpExecArray): Record<string, string> {
  return Object.fromEntries(route.labels.map((name, i) => [name, decodeURIComponent(found[i + 1] ?? '')]));
}

function compile(service: ServiceId, operation: OperationModel): Route {
  const [path = '/', search = ''] = (operation.http?.uri ?? '').split('?');
  const fixed = [...new URLSearchParams(search)].filter(([key]) => key !== 'x-id');
  const bindings = bindingsOf(operation.input);
  const required = new Set(requiredMembersOf(operation.input).map((member) => member.name));
  const keysOf = (members: readonly { name: string; key: string }[]): string[] =>
    members.filter((member) => required.has(member.name)).map((member) => member.key);
  return {
    operation,
    ...patternOf(path),
    fixed,
    requiredQuery: keysOf(bindings.query),
    requiredHeaders: service === 'S3' ? keysOf(bindings.headers) : [],
    knownQuery: new Set([...fixed.map(([key]) => key), ...bindings.query.map((member) => member.key)]),
    needsBucket: service === 'S3' ? membersOf(operation.input).some((m) => m.name === 'Bucket') : undefined,
    literals: path.replace(/\{\w+\+?\}/g, '').length,
  };
}

/** `/a/{B}/{C+}` as an expression over the raw path; a slash at the end does not matter. */
function patternOf(template: string): { pattern: RegExp; labels: string[] } {
  const labels: string[] = [];
  const source = template
    .replace(/\/$/, '')
    .replace(/\{(\w+)(\+?)\}|[^{]+/g, (text, label?: string, greedy?: string) => {
      if (!label) return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      labels.push(label);
      return greedy ? '(.+)' : '([^/]+)';
    });
  return { pattern: new RegExp(`^${source}/?$`, 's'), labels };
}

function bySpecificity(a: Route, b: Route): number {
  const needs = (r: Route): number => r.requiredQuery.length + r.requiredHeaders.length;
  return b.fixed.length - a.fixed.length || needs(b) - needs(a) || b.literals - a.literals;
}
