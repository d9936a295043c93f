import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  type FunctionConfiguration,
  InvokeCommand,
  type LambdaClient,
  paginateListVersionsByFunction,
  PublishVersionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { expected, InvalidReleaseError, InvariantError } from '../../domain/errors.ts';
import type { Conflict, FunctionFacts, FunctionGateway, InvocationAnswer, PublishedVersion } from '../ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';
import { lambdaClient } from './lambda-client.ts';

const CONFLICT: Conflict = { conflict: true };

/** Lambda's control plane. Polls with GetFunction, whose quota is its own (100 requests a second). */
export function functionGateway(host: Host): FunctionGateway {
  const client = lambdaClient(host);
  return {
    describe: (name, version) => describe(client, name, version),
    updateCode: (FunctionName, { bucket, key, versionId }, RevisionId) => {
      const object = { S3Bucket: bucket, S3Key: key, ...(versionId !== 'null' && { S3ObjectVersion: versionId }) };
      return guarded(
        async () => void (await client.send(new UpdateFunctionCodeCommand({ FunctionName, ...object, RevisionId }))),
      );
    },
    updateVariables: (FunctionName, Variables, RevisionId) => {
      const input = { FunctionName, Environment: { Variables }, RevisionId };
      return guarded(async () => void (await client.send(new UpdateFunctionConfigurationCommand(input))));
    },
    publish: (FunctionName, { codeSha256, revisionId }, Description) => {
      const input = { FunctionName, CodeSha256: codeSha256, RevisionId: revisionId, Description };
      return guarded(async () =>
        present((await client.send(new PublishVersionCommand(input))).Version, 'a version number'),
      );
    },
    invoke: (name, qualifier, event) => invoke(client, name, qualifier, event),
    versions: (name) => versions(client, name),
    deleteVersion: (name, version) => deleteVersion(client, name, version),
  };
}

async function describe(
  client: LambdaClient,
  FunctionName: string,
  Qualifier?: string,
): Promise<FunctionFacts | undefined> {
  try {
    const { Configuration, Code } = await client.send(
      new GetFunctionCommand({ FunctionName, ...(Qualifier && { Qualifier }) }),
    );
    return Configuration && { ...facts(Configuration), ...(Code?.Location && { codeLocation: Code.Location }) };
  } catch (cause) {
    if (isNamed(cause, 'ResourceNotFoundException')) return undefined;
    if (isNamed(cause, 'AccessDeniedException')) throw notOurs(FunctionName, cause);
    throw cause;
  }
}

/** The roles name the functions that may be released, so an unknown function and a foreign one look alike. */
function notOurs(functionName: string, cause: Error): InvalidReleaseError {
  const came = `${functionName}, which its roles do not name (${cause.message})`;
  const todo =
    'correct the function part of the key releases/<function>/<version>/code.zip, or deploy the pipeline with it among its `functions`';
  return new InvalidReleaseError(expected('a function that this pipeline may release', came, todo), { cause });
}

function facts(found: FunctionConfiguration): FunctionFacts {
  return {
    version: present(found.Version, 'a version'),
    state: found.State ?? 'Active',
    lastUpdateStatus: found.LastUpdateStatus ?? 'Successful',
    ...(found.LastUpdateStatusReason && { lastUpdateReason: found.LastUpdateStatusReason }),
    codeSha256: present(found.CodeSha256, 'a CodeSha256'),
    revisionId: present(found.RevisionId, 'a RevisionId'),
    packageType: found.PackageType ?? 'Zip',
    ...(found.Runtime && { runtime: found.Runtime }),
    ...(found.Handler && { handler: found.Handler }),
    role: present(found.Role, 'a role'),
    ...(found.DeadLetterConfig?.TargetArn && { deadLetterArn: found.DeadLetterConfig.TargetArn }),
    variables: found.Environment?.Variables ?? {},
  };
}

/** Stale guards are conflicts to decide about; everything else is an error. */
async function guarded<T>(call: () => Promise<T>): Promise<T | Conflict> {
  try {
    return await call();
  } catch (cause) {
    if (isNamed(cause, 'PreconditionFailedException')) return CONFLICT;
    if (isNamed(cause, 'InvalidParameterValueException') && cause.message.startsWith('CodeSHA256')) return CONFLICT;
    throw cause;
  }
}

async function invoke(
  client: LambdaClient,
  FunctionName: string,
  Qualifier: string | undefined,
  event: unknown,
): Promise<InvocationAnswer> {
  const began = performance.now();
  const Payload = Buffer.from(JSON.stringify(event ?? null));
  const answer = await client.send(new InvokeCommand({ FunctionName, ...(Qualifier && { Qualifier }), Payload }));
  const text = answer.Payload ? Buffer.from(answer.Payload).toString('utf8') : '';
  const milliseconds = Math.round(performance.now() - began);
  return { payload: parsed(text), milliseconds, ...(answer.FunctionError && { functionError: answer.FunctionError }) };
}

function parsed(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

async function versions(client: LambdaClient, FunctionName: string): Promise<PublishedVersion[]> {
  const found: PublishedVersion[] = [];
  for await (const page of paginateListVersionsByFunction({ client }, { FunctionName })) {
    for (const { Version, LastModified, CodeSha256 } of page.Versions ?? []) {
      if (!Version || Version === '$LATEST') continue;
      found.push({ version: Version, codeSha256: CodeSha256 ?? '', ...(LastModified && { createdAt: LastModified }) });
    }
  }
  return found;
}

/** The assertion comes first: DeleteFunction without a numbered qualifier deletes the whole function. */
async function deleteVersion(
  client: LambdaClient,
  FunctionName: string,
  Qualifier: string,
): Promise<'deleted' | 'inUse'> {
  if (!/^[1-9]\d*$/.test(Qualifier)) {
    throw new InvariantError(
      expected('the number of a published version', Qualifier, 'nothing was deleted; report this: it is a bug'),
    );
  }
  try {
    await client.send(new DeleteFunctionCommand({ FunctionName, Qualifier }));
    return 'deleted';
  } catch (cause) {
    if (isNamed(cause, 'ResourceNotFoundException')) return 'deleted';
    if (isNamed(cause, 'ResourceConflictException')) return 'inUse';
    throw cause;
  }
}

function present(value: string | undefined, what: string): string {
  if (value) return value;
  throw new InvariantError(expected(`${what} in Lambda's answer`, value, 'report this: it is a bug'));
}
