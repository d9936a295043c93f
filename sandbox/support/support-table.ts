import { IGNORED_TYPES, RESOURCE_TYPES } from '../cloudformation/resources/registry.ts';
import { INTRINSICS } from '../cloudformation/template/intrinsics.ts';
import { AWS_MANAGED_POLICIES } from '../iam/aws-managed-policies.ts';
import type { ServiceId } from '../core/service.ts';
import { RATE_LIMITS } from '../rate-limits/limits.ts';
import type { World } from '../core/world.ts';

const INTRODUCTION = `# What the sandbox supports

Written by \`node --import tsx sandbox/support/write.ts\` from the code; a test checks that it is current.

The sandbox plays those operations of AWS that a release pipeline uses, and those that a check of its effects would call.
"As AWS" means: everything that the pipeline and its checks use behaves as on AWS, errors and their messages included.
Everything that is not in a list here is refused, with an error that names it.

For all services: requests are not checked for their signature, the access key alone decides who calls; keys that belong
to no role are the account's administrator. Requests count as encrypted (\`aws:SecureTransport\` is true), though the
endpoint speaks HTTP on the loopback. One account in one Region.
`;

/** The support page: all operations of all services, and what templates may contain. */
export function supportTable(world: World): string {
  const services = [...world.services()].sort((a, b) => compare(a.id, b.id));
  const sections = services.map((service) => serviceSection(service.id, service.operations));
  return [INTRODUCTION, rateLimitSection(), ...sections, templateSection()].join('\n');
}

function rateLimitSection(): string {
  const rows = RATE_LIMITS.map(({ name, perSecond }) => `| ${name} | ${perSecond} |`);
  return [
    '## Rate limits',
    '',
    'All callers of the account share them. Whoever exceeds one is refused as on AWS (Lambda: 429',
    '`TooManyRequestsException`, "Rate exceeded"); how much AWS lets through at once is not documented, here it is a',
    "second's worth. They hold when they are enforced: by `weighbridge sandbox`, and with `createSandbox({ rateLimits: true })`.",
    'Other limits on rates are left out.',
    '',
    '| requests | a second |\n|---|---|',
    ...rows,
    '',
  ].join('\n');
}

interface Described {
  readonly differs?: string | undefined;
}

function serviceSection(id: ServiceId, operations: Readonly<Record<string, Described>>): string {
  const names = Object.keys(operations).sort(compare);
  const policies = Object.keys(AWS_MANAGED_POLICIES).map((name) => `\`${name}\``);
  const notes = id === 'IAM' ? `\nAWS managed policies that can be attached: ${policies.join(', ')}.\n` : '';
  return `## ${id}: ${names.length} operations\n\n${table('operation', names, operations)}${notes}`;
}

function templateSection(): string {
  const types = Object.keys(RESOURCE_TYPES).sort(compare);
  const ignored = [...IGNORED_TYPES].map(([type, reason]) => `| \`${type}\` | ${reason} |`);
  const functions = INTRINSICS.filter((name) => name !== 'Condition').map((name) => `\`${name}\``);
  return [
    '## Templates',
    '',
    'Each property of these types that the sandbox supports has an effect; any other property is refused by its name',
    'before anything is created.',
    '',
    table('resource type', types, RESOURCE_TYPES),
    'Resource types that may stand in a template and make nothing:',
    '',
    '| resource type | why |\n|---|---|',
    ...ignored,
    '',
    `Intrinsic functions: ${functions.join(', ')}. Dynamic references: \`ssm\`, \`ssm-secure\`, \`secretsmanager\`.`,
    '',
  ].join('\n');
}

function table(title: string, names: readonly string[], described: Readonly<Record<string, Described>>): string {
  const rows = names.map((name) => `| \`${name}\` | ${verdict(described[name])} |`);
  return [`| ${title} | |`, '|---|---|', ...rows, ''].join('\n');
}

function verdict(described: Described | undefined): string {
  if (described?.differs === undefined) return 'as AWS';
  return `differs: ${described.differs.replaceAll('|', '\\|').replaceAll('\n', ' ')}`;
}

/** By code point, so that the page does not depend on the machine's language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
