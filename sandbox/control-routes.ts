import type { World } from './core/world.ts';
import { FAULTS_PATH, faultsRoute } from './faults/route.ts';
import type { Controls } from './services.ts';
import { json } from './wire/control-route.ts';
import type { Dispatcher, WireResponse } from './wire/message.ts';

const PACKAGES_PATH = '/_weighbridge/lambda/code';

/** Where it is told which granted permissions were used. */
export const PERMISSIONS_PATH = '/_weighbridge/permissions';

/**
 * Registers the sandbox's own routes: health, faults, the use of permissions, and the deployment packages that
 * GetFunction links to.
 */
export function addControlRoutes(dispatcher: Dispatcher, world: World, controls: Controls): void {
  dispatcher.routes.set('/_weighbridge/health', () => health(world));
  dispatcher.routes.set(FAULTS_PATH, faultsRoute(controls.faults));
  dispatcher.routes.set(PERMISSIONS_PATH, () => json(200, { roles: controls.iam.usage() }));
  dispatcher.routes.set(PACKAGES_PATH, (request) =>
    deploymentPackage(controls, request.path.slice(PACKAGES_PATH.length + 1).split('?', 1)[0] ?? ''),
  );
}

function health(world: World): WireResponse {
  const { clock, region, accountId } = world;
  const services = world.services().map((service) => service.id);
  return json(200, { status: 'ok', region, accountId, clock: clock.mode, now: new Date(clock.now()), services });
}

function deploymentPackage(controls: Controls, sha256Hex: string): WireResponse {
  const bytes = controls.lambda.deploymentPackage(sha256Hex);
  if (!bytes) return json(404, { message: `there is no deployment package ${sha256Hex}` });
  return { status: 200, headers: { 'content-type': 'application/zip' }, body: bytes };
}
