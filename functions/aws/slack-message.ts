import type { Notice } from '../ports.ts';

/** Slack refuses longer texts. Source: Slack API reference, "Block Kit", section and header blocks. */
const LONGEST_TEXT = 3_000;
const LONGEST_HEADER = 150;

const OUTCOMES: Readonly<Record<Notice['outcome'], { icon: string; words: string }>> = {
  rolledBack: { icon: ':rewind:', words: 'was rolled back' },
  rolledBackByHand: { icon: ':rewind:', words: 'is back' },
  releasedInFreeze: { icon: ':ambulance:', words: 'was released during a freeze' },
  releasedUndecided: { icon: ':grey_question:', words: 'was released, its joint bake inconclusive,' },
  rejected: { icon: ':no_entry:', words: 'was refused' },
  held: { icon: ':raised_hand:', words: 'waits for a decision' },
  reconciled: { icon: ':broom:', words: 'was stopped and put right' },
  rollbackFailed: { icon: ':rotating_light:', words: 'COULD NOT BE ROLLED BACK' },
  drillFailed: { icon: ':rotating_light:', words: 'FAILED ITS FIRE DRILL' },
  movedFromOutside: { icon: ':warning:', words: 'was moved by somebody else' },
  changedFromOutside: { icon: ':warning:', words: 'goes on beside a change of $LATEST by somebody else' },
};

/** The same for a rollback that somebody asked for: there, what fails is the rollback. */
const OUTCOMES_OF_ROLLBACKS: Readonly<Record<Notice['outcome'], string>> = {
  rolledBack: 'CAME TO NOTHING',
  rolledBackByHand: 'is done',
  releasedInFreeze: 'was done during a freeze',
  releasedUndecided: 'was done, inconclusive,',
  rejected: 'was refused',
  held: 'waits for a decision',
  reconciled: 'was cut short',
  rollbackFailed: 'COULD NOT BE FINISHED',
  drillFailed: 'FAILED ITS FIRE DRILL',
  movedFromOutside: 'met an alias that somebody else moved',
  changedFromOutside: 'goes on beside a change of $LATEST by somebody else',
};

/** One line that says what happened: `orders 1.2.0 was rolled back in production`. */
export function headline({ outcome, kind, function: name, release, environment, drill }: Notice): string {
  if (kind === 'rollback')
    return `the rollback of ${name} to ${release} ${OUTCOMES_OF_ROLLBACKS[outcome]} in ${environment}`;
  return `${drill ? 'Fire drill: ' : ''}${name} ${release} ${OUTCOMES[outcome].words} in ${environment}`;
}

/** An incoming-webhook message in Block Kit: who, where, which versions, why with figures, and a link to the execution. */
export function slackMessage(notice: Notice): object {
  const icon = notice.drill ? ':fire_extinguisher:' : OUTCOMES[notice.outcome].icon;
  const title = `${icon} ${headline(notice)}`;
  return {
    text: headline(notice),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, LONGEST_HEADER), emoji: true } },
      { type: 'section', fields: fields(notice) },
      { type: 'section', text: { type: 'mrkdwn', text: `*Why*\n${escaped(notice.reason)}`.slice(0, LONGEST_TEXT) } },
      ...listed('Members', notice.members),
      ...listed('Also as before', notice.reverted),
      ...listed('Not taken back', notice.notReverted),
      ...evidenceLine(notice),
      ...links(notice.execution),
    ],
  };
}

/** No execution, or one in a partition whose console is not known, no link. */
function links(execution: string): object[] {
  const url = executionUrl(execution);
  if (url === undefined) return [];
  const text = { type: 'plain_text', text: 'Open the execution' };
  return [{ type: 'actions', elements: [{ type: 'button', text, url }] }];
}

/** A group's versions are those of its members. */
function fields({ function: name, environment, stable, candidate, release, members }: Notice): object[] {
  const versions = members ? {} : { Versions: `stable ${stable ?? 'none'}, candidate ${candidate ?? 'none'}` };
  const entries = { [members ? 'Group' : 'Function']: name, Environment: environment, Release: release, ...versions };
  return Object.entries(entries).map(([label, value]) => ({ type: 'mrkdwn', text: `*${label}*\n${escaped(value)}` }));
}

/** What else was taken back, and what was not; nothing when there is nothing to tell. */
function listed(title: string, lines: readonly string[] = []): object[] {
  if (lines.length === 0) return [];
  const text = [`*${title}*`, ...lines.map((line) => `• ${escaped(line)}`)].join('\n').slice(0, LONGEST_TEXT);
  return [{ type: 'section', text: { type: 'mrkdwn', text } }];
}

/** The head of the evidence, in small print: `weighbridge history --verify` can be held against it. */
function evidenceLine({ evidence }: Notice): object[] {
  if (!evidence) return [];
  const text = `Evidence: ${evidence.count} entries, SHA-256 ${evidence.hash}`;
  return [{ type: 'context', elements: [{ type: 'plain_text', text }] }];
}

/**
 * Domains of the console by partition. Source: AWS General Reference, "AWS Management Console endpoints", and the user guides
 * of AWS in China and AWS GovCloud (US).
 */
const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/** Console page of an execution; partition and Region come from its ARN. Undefined where nobody knows the console. */
export function executionUrl(arn: string): string | undefined {
  const [, partition = '', service, region] = arn.split(':');
  const console = CONSOLES[partition];
  if (console === undefined || service !== 'states' || !region) return undefined;
  return `https://${region}.${console}/states/home?region=${region}#/v2/executions/details/${arn}`;
}

/** The three characters that Slack's markup takes for its own. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
