import type {
  CreateBucketOutput,
  CreateBucketRequest,
  DeleteBucketRequest,
  GetBucketLocationOutput,
  GetBucketLocationRequest,
  HeadBucketOutput,
  HeadBucketRequest,
  ListBucketsOutput,
  ListBucketsRequest,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation } from '../core/service.ts';
import { invalidArgument } from './errors.ts';
import type { Bucket } from './model.ts';
import { bucketNeed, s3Arn } from './needs.ts';
import { bucketOf, ownerOf, refuse, wholeSecond, type S3State } from './state.ts';

/** Operations on buckets as such; their configurations are in `bucket-configuration.ts`. */
export function bucketOperations(state: S3State): Record<string, Operation> {
  return {
    CreateBucket: operation<CreateBucketRequest, CreateBucketOutput>({
      needs: (input) => [bucketNeed(state, 's3:CreateBucket', input.Bucket ?? '')],
      handle: (input) => createBucket(state, input),
    }),
    HeadBucket: operation<HeadBucketRequest, HeadBucketOutput>({
      needs: (input) => [bucketNeed(state, 's3:ListBucket', input.Bucket ?? '')],
      handle: (input) => headBucket(state, input),
    }),
    DeleteBucket: operation<DeleteBucketRequest, object>({
      needs: (input) => [bucketNeed(state, 's3:DeleteBucket', input.Bucket ?? '')],
      handle: (input) => deleteBucket(state, input),
    }),
    ListBuckets: operation<ListBucketsRequest, ListBucketsOutput>({
      needs: () => [{ action: 's3:ListAllMyBuckets', resource: '*' }],
      handle: (input) => listBuckets(state, input),
    }),
    GetBucketLocation: operation<GetBucketLocationRequest, GetBucketLocationOutput>({
      needs: (input) => [bucketNeed(state, 's3:GetBucketLocation', input.Bucket ?? '')],
      handle: (input) => {
        bucketOf(state, input);
        return { LocationConstraint: locationOf(state) as GetBucketLocationOutput['LocationConstraint'] };
      },
    }),
  };
}

/** The location that S3 names for a Region: none at all for the first one. */
function locationOf(state: S3State): string | undefined {
  return state.world.region === 'us-east-1' ? undefined : state.world.region;
}

function createBucket(state: S3State, input: CreateBucketRequest): CreateBucketOutput {
  const name = checkedName(input.Bucket ?? '');
  refuse(input, [
    'ObjectLockEnabledForBucket',
    'GrantFullControl',
    'GrantRead',
    'GrantReadACP',
    'GrantWrite',
    'GrantWriteACP',
  ]);
  checkLocation(state, input.CreateBucketConfiguration?.LocationConstraint);
  const Location = state.world.region === 'us-east-1' ? `/${name}` : `http://${name}.s3.amazonaws.com/`;
  const answer = { Location, BucketArn: s3Arn(name) };
  if (state.buckets.has(name)) return existing(state, answer);
  const ownership = { Rules: [{ ObjectOwnership: input.ObjectOwnership ?? 'BucketOwnerEnforced' }] };
  const tags = input.CreateBucketConfiguration?.Tags;
  const configurations = { ownership, publicAccess: ALL_BLOCKED, ...(tags && { tags }) };
  state.buckets.put(name, { name, created: wholeSecond(state), configurations });
  return answer;
}

/** New buckets block public access unless told otherwise (since April 2023). */
const ALL_BLOCKED = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
};

/** In the first Region, creating one's own bucket again succeeds; elsewhere it is a conflict. */
function existing(state: S3State, answer: CreateBucketOutput): CreateBucketOutput {
  if (state.world.region === 'us-east-1') return answer;
  const message = 'Your previous request to create the named bucket succeeded and you already own it.';
  throw new AwsError('BucketAlreadyOwnedByYou', message, { status: 409 });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function checkedName(name: string): string {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !name.includes('..');
  const reserved = /^(\d+\.){3}\d+$|^xn--|^sthree-|^amzn-s3-demo-|-s3alias$|--ol-s3$|\.mrap$|--x-s3$|--table-s3$/;
  if (wellFormed && !reserved.test(name)) return name;
  const extra = { BucketName: name };
  throw new AwsError('InvalidBucketName', 'The specified bucket is not valid.', { status: 400, extra });
}

function checkLocation(state: S3State, asked: string | undefined): void {
  const expected = locationOf(state);
  if (asked === expected) return;
  const what = asked ?? 'unspecified';
  const code = asked === 'us-east-1' ? 'InvalidLocationConstraint' : 'IllegalLocationConstraintException';
  const message = `The ${what} location constraint is incompatible for the region specific endpoint this request was sent to.`;
  throw new AwsError(code, message, { status: 400, extra: { LocationConstraint: what } });
}

function headBucket(state: S3State, input: HeadBucketRequest): HeadBucketOutput {
  if (!state.buckets.has(input.Bucket ?? '')) throw new AwsError('NotFound', 'Not Found', { status: 404 });
  const { name } = bucketOf(state, input);
  return { BucketArn: s3Arn(name), BucketRegion: state.world.region, AccessPointAlias: false };
}

function deleteBucket(state: S3State, input: DeleteBucketRequest): object {
  const { name } = bucketOf(state, input);
  for (const stack of state.stacks.values()) if (stack.bucket === name) throw notEmpty(name, stack.versions.length);
  for (const upload of [...state.uploads.values()]) {
    if (upload.bucket !== name) continue;
    for (const part of upload.parts) state.bodies.delete(part.body);
    state.uploads.delete(upload.id);
  }
  state.buckets.delete(name);
  return {};
}

function notEmpty(name: string, versions: number): AwsError {
  const hint = versions > 1 ? '. You must delete all versions in the bucket.' : '';
  const message = `The bucket you tried to delete is not empty${hint}`;
  return new AwsError('BucketNotEmpty', message, { status: 409, extra: { BucketName: name } });
}

function listBuckets(state: S3State, input: ListBucketsRequest): ListBucketsOutput {
  const max = input.MaxBuckets ?? 10_000;
  if (max < 1 || max > 10_000)
    throw invalidArgument('max-buckets', String(max), 'Argument max-buckets must be an integer between 1 and 10000');
  const after = input.ContinuationToken && Buffer.from(input.ContinuationToken, 'base64').toString();
  const names = [...state.buckets.keys()].sort().filter((name) => name.startsWith(input.Prefix ?? ''));
  const behind = names.filter((name) => !after || name > after);
  const page = behind.slice(0, max);
  const more = behind.length > page.length;
  return {
    Buckets: page.map((name) => shownBucket(state, state.buckets.get(name))),
    Owner: ownerOf(state),
    Prefix: input.Prefix,
    ...(more && { ContinuationToken: Buffer.from(page.at(-1) ?? '').toString('base64') }),
  };
}

function shownBucket(state: S3State, bucket: Bucket | undefined) {
  const Name = bucket?.name ?? '';
  return { Name, CreationDate: bucket?.created, BucketRegion: state.world.region, BucketArn: s3Arn(Name) };
}
