import { invalidParameter } from '../errors.ts';
import { compileJsonFilter } from './json-filter.ts';

/** Whether a filter pattern matches a log message. */
export type MessageTest = (message: string) => boolean;

/**
 * Compiles a filter pattern: terms that must all occur, `?optional` ones of which one must, `-excluded` ones,
 * `"quoted phrases"`, or a JSON pattern in braces
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html).
 */
export function compileFilter(pattern: string): MessageTest {
  const text = pattern.trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) return compileJsonFilter(text);
  if (text.startsWith('[')) throw invalidParameter('the sandbox does not support space-delimited filter patterns');
  if (text.includes('%')) throw invalidParameter('the sandbox does not support regular expressions in filter patterns');
  return compileTerms(text);
}

const TERM = /([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/gu;

function compileTerms(text: string): MessageTest {
  const terms = [...text.matchAll(TERM)].map(([, sign, quoted, bare]) => ({
    sign,
    term: quoted?.replace(/\\(.)/gu, '$1') ?? bare ?? '',
  }));
  const withSign = (sign: string): readonly string[] =>
    terms.filter((each) => each.sign === sign).map(({ term }) => term);
  const [required, optional, excluded] = [withSign(''), withSign('?'), withSign('-')];
  return (message) =>
    required.every((term) => message.includes(term)) &&
    !excluded.some((term) => message.includes(term)) &&
    (optional.length === 0 || required.length > 0 || optional.some((term) => message.includes(term)));
}
