import type { World } from '../../core/world.ts';
import type { Deployable } from '../model.ts';
import { assumeFunctionRole } from './role.ts';

/** Which environment the variables are for. */
export interface EnvironmentIdentity {
  readonly functionName: string;
  readonly version: string;
  readonly logStream: string;
}

/**
 * The variables that Lambda gives to a function, around its own: credentials of its role, names, sizes, and the endpoint
 * of the sandbox, so that an SDK without settings talks to it.
 * @throws {AwsError} when Lambda may not assume the role.
 */
export function environmentVariables(
  world: World,
  deployable: Deployable,
  identity: EnvironmentIdentity,
): Record<string, string> {
  const { configuration } = deployable;
  assumeFunctionRole(world, configuration.Role, identity.functionName);
  const credentials = world.authorizer.credentialsFor(configuration.Role, identity.functionName);
  return {
    ...configuration.Environment?.Variables,
    ...(world.endpoint && { AWS_ENDPOINT_URL: world.endpoint }),
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
    AWS_REGION: world.region,
    AWS_DEFAULT_REGION: world.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${configuration.Runtime ?? ''}`,
    AWS_LAMBDA_FUNCTION_NAME: identity.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: identity.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: configuration.LoggingConfig.LogGroup ?? '',
    AWS_LAMBDA_LOG_STREAM_NAME: identity.logStream,
    AWS_LAMBDA_LOG_FORMAT: configuration.LoggingConfig.LogFormat ?? 'Text',
    ...(configuration.LoggingConfig.ApplicationLogLevel && {
      AWS_LAMBDA_LOG_LEVEL: configuration.LoggingConfig.ApplicationLogLevel,
    }),
    _HANDLER: configuration.Handler ?? '',
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
  };
}

/** The name of a new log stream, `2026/01/31/[3]…`. */
export function newLogStream(world: World, version: string): string {
  const day = new Date(world.clock.now()).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${world.random.text(32)}`;
}
