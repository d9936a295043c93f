import type { Collection } from '../core/collection.ts';
import type { World } from '../core/world.ts';

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** A role as stored. Policy documents are the texts that were sent, as IAM hands them back unchanged. */
export interface RoleRecord {
  readonly roleName: string;
  readonly path: string;
  readonly arn: string;
  readonly roleId: string;
  readonly createDate: Date;
  readonly description?: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly trustPolicy: string;
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** ARNs of attached managed policies. */
  readonly attachedPolicies: readonly string[];
  readonly permissionsBoundary?: string | undefined;
  readonly tags: readonly Tag[];
}

export interface PolicyVersionRecord {
  readonly versionId: string;
  readonly document: string;
  readonly createDate: Date;
}

/** A managed policy as stored. */
export interface ManagedPolicyRecord {
  readonly arn: string;
  readonly policyName: string;
  readonly policyId: string;
  readonly path: string;
  readonly description?: string | undefined;
  readonly createDate: Date;
  readonly updateDate: Date;
  readonly defaultVersionId: string;
  readonly versions: readonly PolicyVersionRecord[];
  readonly tags: readonly Tag[];
}

/** Whom an access key belongs to. */
export interface SessionRecord {
  readonly roleName: string;
  readonly sessionName: string;
}

/** What IAM remembers. */
export interface IamState {
  /** By role name. */
  readonly roles: Collection<RoleRecord>;
  /** Customer managed policies by ARN. */
  readonly policies: Collection<ManagedPolicyRecord>;
  /** By access key id. */
  readonly sessions: Collection<SessionRecord>;
}

export function iamState(world: World): IamState {
  return {
    roles: world.storage.collection('iam.roles'),
    policies: world.storage.collection('iam.policies'),
    sessions: world.storage.collection('iam.sessions'),
  };
}

/** The name at the end of a role ARN, after its path. */
export function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A unique id as IAM makes them: a prefix that tells the kind, and seventeen characters. */
export function uniqueId(world: World, prefix: 'AROA' | 'ANPA'): string {
  return `${prefix}${world.random.text(17, ID_ALPHABET)}`;
}
