import type { ServiceId } from '../../core/service.ts';
import { AwsError } from '../../core/aws-error.ts';
import type { World } from '../../core/world.ts';
import { StateError } from '../asl/state-error.ts';
import { modelledError } from './sdk-model.ts';
import type { OptimisedIntegration } from './optimised.ts';
import type { SdkService } from './sdk-services.ts';

/** What Step Functions makes of a service's error in an optimised integration, which names it as SDK 1 for Java does. */
export async function toOptimisedError(
  cause: unknown,
  integration: OptimisedIntegration,
  world: World,
  requestId: string,
): Promise<StateError> {
  const { code, message, status, modelled } = await describe(cause, integration.id, world);
  const name = modelled ? javaName(code) : integration.baseError;
  const facts = [
    `Service: ${integration.serviceName}`,
    `Status Code: ${status}`,
    `Error Code: ${code}`,
    `Request ID: ${requestId}`,
    'Proxy: null',
  ];
  return new StateError(`${integration.errorPrefix}.${name}`, `${message} (${facts.join('; ')})`);
}

/** The same for an AWS SDK integration, which names it as SDK 2 for Java does. */
export async function toSdkError(
  cause: unknown,
  service: SdkService,
  world: World,
  requestId: string,
): Promise<StateError> {
  const { code, message, status, modelled } = await describe(cause, service.id, world);
  const name = modelled ? javaName(code) : `${service.prefix}Exception`;
  const extended = service.id === 'S3' ? `, Extended Request ID: ${requestId}` : '';
  const facts = `Service: ${service.prefix}, Status Code: ${status}, Request ID: ${requestId}${extended}`;
  return new StateError(`${service.prefix}.${name}`, `${message} (${facts})`);
}

interface ServiceFailure {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  /** Whether the service's model has an exception of that name. */
  readonly modelled: boolean;
}

async function describe(cause: unknown, id: ServiceId, world: World): Promise<ServiceFailure> {
  if (!(cause instanceof AwsError)) return sdkClientFailure(cause);
  const model = await modelledError(world, id, cause.code);
  return {
    code: cause.code,
    message: cause.message,
    status: cause.status ?? model?.status ?? 400,
    modelled: model !== undefined,
  };
}

/** Something that is not an answer of the service: a connection that broke, for example. */
function sdkClientFailure(cause: unknown): ServiceFailure {
  const message = cause instanceof Error ? cause.message : String(cause);
  return { code: 'SdkClientException', message, status: 0, modelled: true };
}

/** Exception classes of the Java SDKs all end in `Exception`. */
function javaName(code: string): string {
  if (code.endsWith('Exception')) return code;
  return `${code.replace(/Fault$/, '')}Exception`;
}
