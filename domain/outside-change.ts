/** A change of an alias that CloudTrail saw, or that somebody made with `weighbridge restore`. */
export interface AliasChange {
  /** CloudTrail's id of the event; the same event twice is one change. */
  readonly eventId: string;
  /** `UpdateAlias`, `CreateAlias`, `DeleteAlias`, or `restore`. */
  readonly action: string;
  /** When it was made, ISO 8601. */
  readonly at: string;
  /** Who made it: the ARN of a user or a role's session, and the service that it went through. */
  readonly by: string;
  /** Address and program that the call came from. */
  readonly from?: string;
  /** Why, where the one who made it said so. */
  readonly why?: string;
  /** The version that the call pointed the alias at; undefined when the call left it out or deleted the alias. */
  readonly version?: string;
  /** The weights that it set; undefined when it left them out. */
  readonly weights?: Readonly<Record<string, number>>;
}

/** CloudTrail's `userIdentity`, as far as it tells who. Source: CloudTrail user guide, "userIdentity element". */
export interface Identity {
  readonly type?: string | undefined;
  readonly arn?: string | undefined;
  readonly principalId?: string | undefined;
  readonly invokedBy?: string | undefined;
}

/** `arn:aws:sts::…:assumed-role/Admin/ana`, `the root user`, with the service that acted for them. */
export function whoIn({ type, arn, principalId, invokedBy }: Identity): string {
  const who = type === 'Root' ? 'the root user' : (arn ?? principalId);
  if (who === undefined) return invokedBy ?? 'somebody unknown';
  return invokedBy === undefined ? who : `${who} through ${invokedBy}`;
}

/** Who changed what when, in one clause: `by ana at 2026-01-01T12:00:00Z (UpdateAlias to version 3, from 192.0.2.1)`. */
export function changeInWords({ by, at, action, from, why, version, weights = {} }: AliasChange): string {
  const split = Object.entries(weights).map(([other, weight]) => ` with ${percent(weight)} % on ${other}`);
  const to = version === undefined ? split.join('') : ` to version ${version}${split.join('')}`;
  const origin = from === undefined ? '' : `, from ${from}`;
  return `by ${by} at ${at} (${action}${to}${origin})${why === undefined ? '' : `: ${why}`}`;
}

function percent(weight: number): number {
  return Math.round(weight * 10_000) / 100;
}

/** Whether a change leaves the alias at a version alone, as far as the call says so itself. */
export function pointsAt({ version, weights }: AliasChange, wanted: string): boolean {
  return version === wanted && Object.keys(weights ?? {}).length === 0;
}

/** `arn:aws:lambda:us-east-1:123456789012:function:orders:production`, `123456789012:function:orders` or `orders` → `orders`. */
export function functionNameIn(text: string): string {
  const [, afterKind] = /(?:^|:)function:([^:]+)/.exec(text) ?? [];
  return afterKind ?? text.split(':')[0] ?? text;
}
