import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { malformedXml } from './errors.ts';
import { bucketNeed } from './needs.ts';
import { bucketOf, type S3State } from './state.ts';

interface BucketInput {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** One kind of configuration that a bucket keeps as it was put. */
interface Kind {
  /** Name in `Bucket.configurations`. */
  readonly name: string;
  readonly put: { readonly operation: string; readonly action: string; readonly member: string };
  readonly get: { readonly operation: string; readonly action: string; readonly show: (kept: object) => object };
  /** Takes it away again; S3 wants the permission to put, but for policies. */
  readonly remove?: string;
  /** What a bucket without one answers: a value, or an error. */
  readonly absent: object | (() => AwsError);
  readonly differs?: string;
}

const missing = (code: string, message: string) => () => new AwsError(code, message, { status: 404 });
const same = (kept: object): object => kept;
const as =
  (member: string) =>
  (kept: object): object => ({ [member]: kept });

const KINDS: readonly Kind[] = [
  {
    name: 'encryption',
    put: {
      operation: 'PutBucketEncryption',
      action: 's3:PutEncryptionConfiguration',
      member: 'ServerSideEncryptionConfiguration',
    },
    get: {
      operation: 'GetBucketEncryption',
      action: 's3:GetEncryptionConfiguration',
      show: as('ServerSideEncryptionConfiguration'),
    },
    remove: 'DeleteBucketEncryption',
    absent: { Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }] },
    differs: 'stored and returned; bytes are not encrypted',
  },
  {
    name: 'publicAccess',
    put: {
      operation: 'PutPublicAccessBlock',
      action: 's3:PutBucketPublicAccessBlock',
      member: 'PublicAccessBlockConfiguration',
    },
    get: {
      operation: 'GetPublicAccessBlock',
      action: 's3:GetBucketPublicAccessBlock',
      show: as('PublicAccessBlockConfiguration'),
    },
    remove: 'DeletePublicAccessBlock',
    absent: missing('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'),
  },
  {
    name: 'tags',
    put: { operation: 'PutBucketTagging', action: 's3:PutBucketTagging', member: 'Tagging' },
    get: { operation: 'GetBucketTagging', action: 's3:GetBucketTagging', show: same },
    remove: 'DeleteBucketTagging',
    absent: missing('NoSuchTagSet', 'The TagSet does not exist'),
  },
  {
    name: 'lifecycle',
    put: {
      operation: 'PutBucketLifecycleConfiguration',
      action: 's3:PutLifecycleConfiguration',
      member: 'LifecycleConfiguration',
    },
    get: { operation: 'GetBucketLifecycleConfiguration', action: 's3:GetLifecycleConfiguration', show: same },
    remove: 'DeleteBucketLifecycle',
    absent: missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
    differs: 'stored and returned; objects do not expire or move',
  },
  {
    name: 'ownership',
    put: {
      operation: 'PutBucketOwnershipControls',
      action: 's3:PutBucketOwnershipControls',
      member: 'OwnershipControls',
    },
    get: {
      operation: 'GetBucketOwnershipControls',
      action: 's3:GetBucketOwnershipControls',
      show: as('OwnershipControls'),
    },
    remove: 'DeleteBucketOwnershipControls',
    absent: missing('OwnershipControlsNotFoundError', 'The bucket ownership controls were not found'),
  },
  {
    name: 'cors',
    put: { operation: 'PutBucketCors', action: 's3:PutBucketCORS', member: 'CORSConfiguration' },
    get: { operation: 'GetBucketCors', action: 's3:GetBucketCORS', show: same },
    remove: 'DeleteBucketCors',
    absent: missing('NoSuchCORSConfiguration', 'The CORS configuration does not exist'),
    differs: 'stored and returned; cross-origin requests are not answered',
  },
  {
    name: 'logging',
    put: { operation: 'PutBucketLogging', action: 's3:PutBucketLogging', member: 'BucketLoggingStatus' },
    get: { operation: 'GetBucketLogging', action: 's3:GetBucketLogging', show: same },
    absent: {},
    differs: 'stored and returned; no access logs are written',
  },
];

/** Put, get and delete of every kind of configuration. */
export function configurationOperations(state: S3State): Record<string, Operation> {
  return Object.assign({}, ...KINDS.map((kind) => operationsOf(state, kind))) as Record<string, Operation>;
}

function operationsOf(state: S3State, kind: Kind): Record<string, Operation> {
  const needs = (action: string) => (input: BucketInput) => [bucketNeed(state, action, input.Bucket ?? '')];
  const differs = kind.differs === undefined ? {} : { differs: kind.differs };
  const { put, get, remove } = kind;
  return {
    [put.operation]: operation<BucketInput, object>({
      needs: needs(put.action),
      handle: (input) => store(state, kind, input),
      ...differs,
    }),
    [get.operation]: operation<BucketInput, object>({
      needs: needs(get.action),
      handle: (input) => get.show(kept(state, kind, input)),
      ...differs,
    }),
    ...(remove && {
      [remove]: operation<BucketInput, object>({
        needs: needs(put.action),
        handle: (input) => forget(state, kind, input),
      }),
    }),
  };
}

function store(state: S3State, kind: Kind, input: BucketInput): object {
  const bucket = bucketOf(state, input);
  const given = (input as unknown as Record<string, object | undefined>)[kind.put.member];
  if (!given) throw malformedXml();
  const configurations = { ...bucket.configurations, [kind.name]: given };
  state.buckets.put(bucket.name, { ...bucket, configurations });
  return {};
}

function kept(state: S3State, kind: Kind, input: BucketInput): object {
  const found = bucketOf(state, input).configurations[kind.name] as object | undefined;
  if (found) return found;
  if (typeof kind.absent === 'function') throw (kind.absent as () => AwsError)();
  return kind.absent;
}

function forget(state: S3State, kind: Kind, input: BucketInput): object {
  const bucket = bucketOf(state, input);
  const { [kind.name]: _, ...configurations } = bucket.configurations;
  state.buckets.put(bucket.name, { ...bucket, configurations });
  return {};
}
