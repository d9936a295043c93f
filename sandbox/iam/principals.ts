import type { Principal } from '../core/service.ts';
import type { World } from '../core/world.ts';
import { createContext, type Context, type PrincipalNames } from './request.ts';
import type { IamState, RoleRecord } from './state.ts';

/** The user that the account's administrator keys belong to. */
export const ADMINISTRATOR = { userName: 'administrator', userId: 'AIDAADMINISTRATOR0000' } as const;

/** What the policies can know about a caller. */
export interface Caller {
  readonly names: PrincipalNames;
  /** Its unique id, as in `aws:userid`. */
  readonly userId: string;
  readonly context: Context;
  /** Absent for the administrator, for services, and for roles that no longer exist. */
  readonly role?: RoleRecord | undefined;
}

/** Describes a principal as IAM sees it. */
export function describeCaller(world: World, state: IamState, principal: Principal): Caller {
  switch (principal.kind) {
    case 'account':
      return administrator(world);
    case 'role':
      return roleSession(world, state, principal);
    case 'service':
      return awsService(world, principal);
  }
}

function accountNames(world: World): readonly string[] {
  return [world.accountId, `arn:aws:iam::${world.accountId}:root`];
}

/** Keys that requests carry whoever sends them. Requests count as encrypted: there is no TLS on the loopback. */
function requestKeys(world: World): Record<string, string> {
  const now = world.clock.now();
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:RequestedRegion': world.region,
    'aws:ResourceAccount': world.accountId,
    'aws:SecureTransport': 'true',
    'aws:SourceIp': '127.0.0.1',
    'aws:ViaAWSService': 'false',
  };
}

function administrator(world: World): Caller {
  const arn = `arn:aws:iam::${world.accountId}:user/${ADMINISTRATOR.userName}`;
  const identity = {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': world.accountId,
    'aws:PrincipalType': 'User',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': ADMINISTRATOR.userId,
    'aws:username': ADMINISTRATOR.userName,
  };
  return {
    names: { arn, own: [arn], account: accountNames(world) },
    userId: ADMINISTRATOR.userId,
    context: createContext(requestKeys(world), identity),
  };
}

function roleSession(world: World, state: IamState, principal: Principal & { kind: 'role' }): Caller {
  const { roleName, sessionName } = principal;
  const role = state.roles.get(roleName);
  const arn = `arn:aws:sts::${world.accountId}:assumed-role/${roleName}/${sessionName}`;
  const roleArn = role?.arn ?? `arn:aws:iam::${world.accountId}:role/${roleName}`;
  const userId = `${role?.roleId ?? 'AROADELETED'}:${sessionName}`;
  const identity = {
    'aws:PrincipalArn': roleArn,
    'aws:PrincipalAccount': world.accountId,
    'aws:PrincipalType': 'AssumedRole',
    'aws:PrincipalIsAWSService': 'false',
    'aws:userid': userId,
  };
  const tags = Object.fromEntries((role?.tags ?? []).map((tag) => [`aws:PrincipalTag/${tag.Key}`, tag.Value]));
  return {
    names: { arn, own: [arn, roleArn], account: accountNames(world) },
    userId,
    context: createContext(requestKeys(world), identity, tags),
    role,
  };
}

function awsService(world: World, principal: Principal & { kind: 'service' }): Caller {
  const { service, sourceArn } = principal;
  // S3 bucket ARNs carry no account: the bucket's owner is this account.
  const sourceAccount = sourceArn?.split(':')[4] || world.accountId;
  const identity = {
    'aws:PrincipalIsAWSService': 'true',
    'aws:PrincipalServiceName': service,
    'aws:SourceAccount': sourceAccount,
    'aws:SourceOwner': sourceAccount,
    'aws:SourceArn': sourceArn,
  };
  return {
    names: { arn: service, own: [service], account: [], service },
    userId: service,
    context: createContext(requestKeys(world), identity),
  };
}
