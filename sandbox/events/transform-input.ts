import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import type { EventDocument } from './event-document.ts';
import { valueAt } from './json-path.ts';
import type { RuleRecord } from './rules.ts';

/** A template that does not give JSON with this event's values. Sending it again would not help. */
export class InvalidJsonError extends Error {
  constructor(text: string) {
    super(`the input transformer gives text that is not JSON: ${text}`);
    this.name = 'INVALID_JSON';
  }
}

/**
 * The text a target receives: the event, a constant, a part of the event, or a filled-in template.
 * @throws InvalidJsonError when a JSON template does not give JSON.
 */
export function transformInput(
  target: Target,
  event: EventDocument,
  rule: Pick<RuleRecord, 'name' | 'arn'>,
  ingestedAt: string,
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(valueAt(event, target.InputPath) ?? null);
  if (target.InputTransformer) return fill(target.InputTransformer, event, rule, ingestedAt);
  return JSON.stringify(event);
}

function fill(
  transformer: InputTransformer,
  event: EventDocument,
  rule: Pick<RuleRecord, 'name' | 'arn'>,
  ingestedAt: string,
): string {
  const template = transformer.InputTemplate ?? '';
  const variables = { ...variablesOf(transformer, event), ...predefined(event, rule, ingestedAt) };
  if (!isJsonTemplate(template)) return replaceVariables(template, (name) => asText(variables[name]));
  const filled = replaceOutside(template, variables);
  return minified(filled);
}

function variablesOf(transformer: InputTransformer, event: EventDocument): Record<string, unknown> {
  const paths = Object.entries(transformer.InputPathsMap ?? {});
  return Object.fromEntries(paths.map(([name, path]) => [name, valueAt(event, path)]));
}

/** `aws.events.event` is the envelope without the detail; `aws.events.event.json` the whole event. */
function predefined(
  event: EventDocument,
  rule: Pick<RuleRecord, 'name' | 'arn'>,
  ingestedAt: string,
): Record<string, unknown> {
  const { detail: _detail, ...envelope } = event;
  return {
    'aws.events.rule-arn': rule.arn,
    'aws.events.rule-name': rule.name,
    'aws.events.event.ingestion-time': ingestedAt,
    'aws.events.event': envelope,
    'aws.events.event.json': event,
  };
}

/** A template in braces or brackets yields JSON; any other is text. */
export function isJsonTemplate(template: string): boolean {
  return /^\s*[{[]/u.test(template);
}

/** Calls `replace` for every `<variable>` of a template. */
export function replaceVariables(template: string, replace: (name: string) => string): string {
  return template.replace(/<([A-Za-z0-9_.:-]+)>/gu, (_whole, name: string) => replace(name));
}

/** In JSON, a variable inside a string becomes text, any other a JSON value; one that is not in the event, `""`. */
function replaceOutside(template: string, variables: Readonly<Record<string, unknown>>): string {
  const parts = template.split(/("(?:[^"\\]|\\.)*")/u);
  return parts
    .map((part, i) =>
      replaceVariables(part, (name) => (i % 2 === 1 ? asText(variables[name]) : asJson(variables[name]))),
    )
    .join('');
}

function asJson(value: unknown): string {
  return value === undefined ? '""' : JSON.stringify(value);
}

/** Inside text, objects lose their quotes: their contents are not escaped. */
function asText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return `[${value.map(asText).join(',')}]`;
  return typeof value === 'object' && value !== null
    ? JSON.stringify(value).replaceAll('"', '')
    : JSON.stringify(value);
}

function minified(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    throw new InvalidJsonError(text);
  }
}
