import { existsSync, readFileSync } from 'node:fs';

/** An error answer recorded from AWS. */
export interface RecordedError {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly seen: readonly string[];
}

const FILE = new URL('../../../../../shared/aws-recordings/lambda-errors.json', import.meta.url);

/** The recordings, where they lie beside the repository. */
export function recordedErrors(): readonly RecordedError[] | undefined {
  return existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as RecordedError[]) : undefined;
}

/** A name for an entry that is unique among the recordings: where it was seen first, and what sets it apart. */
export function nameOf(entry: RecordedError, all: readonly RecordedError[]): string {
  const first = entry.seen[0]?.split(':')[1] ?? '';
  const twins = all.filter((one) => one.seen[0] === entry.seen[0]);
  if (twins.length === 1) return first;
  if (entry.message.includes('EventInvokeConfig')) return `${first} (event invoke config)`;
  return entry.status === 400 ? `${first} (delete)` : first;
}

/** A pattern for a message whose placeholders stand for any text, the same wherever the same placeholder stands. */
export function messagePattern(message: string, region: string): RegExp {
  const groups = new Map<string, string>();
  const source = message
    .split(/(<[a-zA-Z0-9_:-]+>)/)
    .map((part) => {
      if (part === '<partition>') return 'aws';
      if (part === '<region>') return region;
      if (!/^<[a-zA-Z0-9_:-]+>$/.test(part)) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
      const known = groups.get(part);
      if (known) return `\\k<${known}>`;
      const group = `g${groups.size}`;
      groups.set(part, group);
      return `(?<${group}>.+?)`;
    })
    .join('');
  return new RegExp(`^${source}$`, 's');
}
