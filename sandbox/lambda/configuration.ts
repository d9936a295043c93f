import type { CreateFunctionRequest, LoggingConfig, UpdateFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import { Constraints } from './constraints.ts';
import { invalidParameter, unsupported } from './errors.ts';
import type { Configuration } from './model.ts';
import { checkNetwork } from './network.ts';

/** Runtimes that Lambda accepts, in the order of its own message. */
const RUNTIMES =
  'nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, ' +
  'python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, ' +
  'java11, dotnet6, nodejs18.x, provided.al2, java8.al2';

/** Variables that Lambda sets itself; a function cannot set them. */
const RESERVED_VARIABLES = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
]);

type Request = CreateFunctionRequest | UpdateFunctionConfigurationRequest;

/** The configuration of a new function, with Lambda's defaults. */
export function newConfiguration(name: string, input: CreateFunctionRequest): Configuration {
  checkRequest(input);
  checkCreate(input);
  const defaults: Configuration = {
    Role: input.Role ?? '',
    Timeout: 3,
    MemorySize: 128,
    TracingConfig: { Mode: 'PassThrough' },
    EphemeralStorage: { Size: 512 },
    Architectures: input.Architectures ?? ['x86_64'],
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${name}` },
  };
  return merged(name, defaults, input);
}

/** The configuration after an update: members that the request leaves out stay. */
export function updatedConfiguration(
  name: string,
  old: Configuration,
  input: UpdateFunctionConfigurationRequest,
): Configuration {
  checkRequest(input);
  return merged(name, old, input);
}

function merged(name: string, old: Configuration, input: Request): Configuration {
  const changed = {
    Role: input.Role,
    Handler: input.Handler,
    Runtime: input.Runtime,
    Timeout: input.Timeout,
    MemorySize: input.MemorySize,
    Environment: input.Environment && { Variables: { ...input.Environment.Variables } },
    DeadLetterConfig: input.DeadLetterConfig?.TargetArn ? { TargetArn: input.DeadLetterConfig.TargetArn } : undefined,
    TracingConfig: input.TracingConfig?.Mode && { Mode: input.TracingConfig.Mode },
    EphemeralStorage: input.EphemeralStorage && { Size: input.EphemeralStorage.Size ?? 512 },
    LoggingConfig: input.LoggingConfig && logging(name, old.LoggingConfig, input.LoggingConfig),
    KMSKeyArn: input.KMSKeyArn || undefined,
  };
  const given = Object.entries(changed).filter(([, value]) => value !== undefined);
  const result: Configuration = { ...old, ...(Object.fromEntries(given) as Partial<Configuration>) };
  return input.DeadLetterConfig?.TargetArn === '' ? withoutDeadLetters(result) : result;
}

function withoutDeadLetters(configuration: Configuration): Configuration {
  const { DeadLetterConfig: _, ...rest } = configuration;
  return rest;
}

function logging(name: string, old: LoggingConfig, given: LoggingConfig): LoggingConfig {
  const LogFormat = given.LogFormat ?? old.LogFormat ?? 'Text';
  const LogGroup = given.LogGroup ?? old.LogGroup ?? `/aws/lambda/${name}`;
  if (LogFormat === 'JSON') {
    const ApplicationLogLevel = given.ApplicationLogLevel ?? old.ApplicationLogLevel ?? 'INFO';
    return {
      LogFormat,
      ApplicationLogLevel,
      SystemLogLevel: given.SystemLogLevel ?? old.SystemLogLevel ?? 'INFO',
      LogGroup,
    };
  }
  if (given.ApplicationLogLevel || given.SystemLogLevel)
    throw invalidParameter("To set log levels, you must set the log format to 'JSON'.");
  return { LogFormat, LogGroup };
}

function checkCreate(input: CreateFunctionRequest): void {
  if (input.PackageType === 'Image' || input.Code?.ImageUri)
    throw unsupported('Lambda container images (PackageType Image)');
  if (input.CodeSigningConfigArn) throw unsupported('Lambda code signing (CodeSigningConfigArn)');
  if (input.TenancyConfig) throw unsupported('Lambda tenant isolation (TenancyConfig)');
  if (input.PublishTo) throw unsupported('Lambda $LATEST.PUBLISHED (PublishTo)');
  if (!input.Runtime) throw invalidParameter('Runtime is mandatory for functions created with deployment packages.');
  if (!input.Handler) throw invalidParameter('Handler is mandatory for functions created with deployment packages.');
  checkArchitectures(input.Architectures);
}

function checkArchitectures(given: readonly string[] | undefined): void {
  if (!given) return;
  const shown = `[${given.join(', ')}]`;
  const known = given.every((one) => one === 'x86_64' || one === 'arm64');
  const each = 'Member must satisfy enum value set: [x86_64, arm64], Member must not be null';
  new Constraints()
    .check(known, 'architectures', shown, `Member must satisfy constraint: [${each}]`)
    .check(given.length <= 1, 'architectures', shown, 'Member must have length less than or equal to 1')
    .throwIfAny();
}

function checkRequest(input: Request): void {
  refuseUnsupported(input);
  new Constraints()
    .pattern('role', input.Role, 'arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+')
    .pattern('handler', input.Handler, '[^\\s]+')
    .maxLength('handler', input.Handler, 128)
    .maxLength('description', input.Description, 256)
    .range('timeout', input.Timeout, 1, 900)
    .range('memorySize', input.MemorySize, 128, 10_240)
    .range('ephemeralStorage.size', input.EphemeralStorage?.Size, 512, 10_240)
    .oneOf('tracingConfig.mode', input.TracingConfig?.Mode, ['Active', 'PassThrough'])
    .oneOf('loggingConfig.logFormat', input.LoggingConfig?.LogFormat, ['JSON', 'Text'])
    .throwIfAny();
  checkRuntime(input.Runtime);
  checkNetwork(input.VpcConfig);
  checkVariables(input.Environment?.Variables ?? {});
}

function refuseUnsupported(input: Request): void {
  if (input.Layers?.length) throw unsupported('Lambda layers (Layers)');
  if (input.FileSystemConfigs?.length) throw unsupported('file systems of Lambda functions (FileSystemConfigs)');
  if (input.ImageConfig) throw unsupported('Lambda container images (ImageConfig)');
  if (input.SnapStart?.ApplyOn === 'PublishedVersions') throw unsupported('Lambda SnapStart (PublishedVersions)');
}

function checkRuntime(runtime: string | undefined): void {
  if (runtime === undefined || RUNTIMES.split(', ').includes(runtime)) return;
  const allowed = `Member must satisfy enum value set: [${RUNTIMES}] or be a valid ARN`;
  throw invalidParameter(`Value ${runtime} at 'runtime' failed to satisfy constraint: ${allowed}`);
}

function checkVariables(variables: Readonly<Record<string, string>>): void {
  const names = Object.keys(variables);
  const constraints = new Constraints();
  const bad = names.find((name) => !/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name) && !RESERVED_VARIABLES.has(name));
  const rule = 'Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+';
  constraints.check(bad === undefined, 'environment.variables', bad, `Map keys must satisfy constraint: [${rule}]`);
  constraints.throwIfAny();
  const reserved = names.filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0)
    throw invalidParameter(
      'Lambda was unable to configure your environment variables because the environment variables you have provided ' +
        `contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > 4096)
    throw invalidParameter(
      'Lambda was unable to configure your environment variables because the environment variables you have provided ' +
        'exceeded the 4KB limit. String measured: ' +
        JSON.stringify(variables),
    );
}
