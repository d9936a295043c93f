import type {
  GetBucketPolicyOutput,
  GetBucketPolicyStatusOutput,
  PutBucketPolicyRequest,
  GetBucketPolicyRequest,
} from '@aws-sdk/client-s3';
import { AwsError } from '../core/aws-error.ts';
import { operation, type Operation, type PolicyDocument, type PolicyStatement } from '../core/service.ts';
import type { Bucket } from './model.ts';
import { bucketNeed, s3Arn } from './needs.ts';
import { bucketOf, type S3State } from './state.ts';

/** Largest policy in bytes. */
const POLICY_LIMIT = 20 * 1024;

export function bucketPolicyOperations(state: S3State): Record<string, Operation> {
  const need = (action: string) => (input: { Bucket: string | undefined }) => [
    bucketNeed(state, action, input.Bucket ?? ''),
  ];
  return {
    GetBucketPolicy: operation<GetBucketPolicyRequest, GetBucketPolicyOutput>({
      needs: need('s3:GetBucketPolicy'),
      handle: (input) => ({ Policy: policyText(bucketOf(state, input)) }),
    }),
    GetBucketPolicyStatus: operation<GetBucketPolicyRequest, GetBucketPolicyStatusOutput>({
      needs: need('s3:GetBucketPolicyStatus'),
      handle: (input) => ({ PolicyStatus: { IsPublic: isPublic(parsed(policyText(bucketOf(state, input)))) } }),
    }),
    PutBucketPolicy: operation<PutBucketPolicyRequest, object>({
      needs: need('s3:PutBucketPolicy'),
      handle: (input) => putPolicy(state, input),
    }),
    DeleteBucketPolicy: operation<GetBucketPolicyRequest, object>({
      needs: need('s3:DeleteBucketPolicy'),
      handle: (input) => {
        const { policy: _, ...rest } = bucketOf(state, input);
        state.buckets.put(rest.name, rest);
        return {};
      },
    }),
  };
}

function policyText(bucket: Bucket): string {
  if (bucket.policy !== undefined) return bucket.policy;
  const extra = { BucketName: bucket.name };
  throw new AwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', { status: 404, extra });
}

function putPolicy(state: S3State, input: PutBucketPolicyRequest): object {
  const bucket = bucketOf(state, input);
  const text = input.Policy ?? '';
  if (Buffer.byteLength(text) > POLICY_LIMIT) throw malformed('Policy exceeds the maximum allowed document size.');
  const policy = parsed(text);
  for (const statement of policy.Statement) checkStatement(bucket, statement);
  if (isPublic(policy) && blocksPublicPolicies(bucket)) throw blocked(bucket);
  state.buckets.put(bucket.name, { ...bucket, policy: text });
  return {};
}

function parsed(text: string): PolicyDocument {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw malformed("Policies must be valid JSON and the first byte must be '{'");
  }
  const { Statement } = policy as Partial<PolicyDocument>;
  if (!Statement) throw malformed('Missing required field Statement');
  return { ...(policy as object), Statement: Array.isArray(Statement) ? Statement : [Statement] };
}

function checkStatement(bucket: Bucket, statement: PolicyStatement): void {
  if (!statement.Principal && !statement.NotPrincipal) throw malformed('Missing required field Principal');
  if (!statement.Action && !statement.NotAction) throw malformed('Missing required field Action');
  if (!statement.Resource && !statement.NotResource) throw malformed('Missing required field Resource');
  const arn = s3Arn(bucket.name);
  for (const resource of [statement.Resource ?? statement.NotResource ?? []].flat())
    if (
      resource !== '*' &&
      resource !== arn &&
      !resource.startsWith(`${arn}/`) &&
      !/^arn:aws:s3:::[^/]*[*?]/.test(resource)
    )
      throw malformed('Policy has invalid resource');
}

/** Anyone may do something, without a condition on who. */
function isPublic(policy: PolicyDocument): boolean {
  return policy.Statement.some(
    ({ Effect, Principal, Condition }) => Effect === 'Allow' && !Condition && namesEveryone(Principal),
  );
}

function namesEveryone(principal: PolicyStatement['Principal']): boolean {
  if (principal === '*') return true;
  return [principal?.['AWS'] ?? []].flat().includes('*');
}

function blocksPublicPolicies(bucket: Bucket): boolean {
  const block = bucket.configurations['publicAccess'] as { BlockPublicPolicy?: boolean } | undefined;
  return block?.BlockPublicPolicy === true;
}

function blocked(bucket: Bucket): AwsError {
  const message = `User is not authorized to perform: s3:PutBucketPolicy on resource: "${s3Arn(bucket.name)}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`;
  return new AwsError('AccessDenied', message, { status: 403 });
}

function malformed(message: string): AwsError {
  return new AwsError('MalformedPolicy', message, { status: 400 });
}
