import type { Ports } from '../ports.ts';
import type { Host } from './host.ts';

/**
 * The ports of a step, each loaded when it is first used: a function pays at its cold start only for what it calls. All
 * methods of a port are asynchronous, which is what makes this possible.
 */
export function createPorts(host: Host): Ports {
  return {
    aliases: deferred(async () => (await import('./alias-gateway.ts')).aliasGateway(host)),
    functions: deferred(async () => (await import('./function-gateway.ts')).functionGateway(host)),
    references: deferred(async () => (await import('./reference-finder.ts')).referenceFinder(host)),
    artifacts: deferred(async () => (await import('./artifact-store.ts')).artifactStore(host)),
    policies: deferred(async () => (await import('./policy-store.ts')).policyStore(host)),
    ledger: deferred(async () => (await import('./ledger.ts')).ledger(host)),
    health: deferred(async () => (await import('./health-source.ts')).healthSource(host)),
    notifier: deferred(async () => (await import('./notifier.ts')).notifier(host)),
    secrets: deferred(async () => (await import('./secrets.ts')).secretChecker(host)),
    executions: deferred(async () => (await import('./executions.ts')).executions(host)),
    drills: deferred(async () => (await import('./ledger-drills.ts')).drillBook(host)),
    groups: deferred(async () => (await import('./ledger-groups.ts')).groupBook(host)),
    uploads: deferred(async () => (await import('./release-uploader.ts')).releaseUploader(host)),
    changes: deferred(async () => (await import('./alias-changes.ts')).aliasChanges(host)),
    sleep: host.sleep,
  };
}

type Methods = Record<string, (...args: never[]) => Promise<unknown>>;

function deferred<T extends object>(load: () => Promise<T>): T {
  let loading: Promise<T> | undefined;
  const call =
    (name: string) =>
    async (...args: never[]) => {
      const port = (await (loading ??= load())) as Methods;
      return port[name]?.(...args);
    };
  return new Proxy({} as T, {
    get: (_target, name) => (typeof name === 'string' && name !== 'then' ? call(name) : undefined),
  });
}
