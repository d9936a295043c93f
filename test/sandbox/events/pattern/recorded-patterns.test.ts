import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../../../sandbox/events/pattern/compile.ts';
import { matchesPattern } from '../../../../sandbox/events/pattern/match.ts';
import { PatternError } from '../../../../sandbox/events/pattern/pattern-error.ts';

interface RecordedCase {
  readonly id: string;
  readonly expected: 'match' | 'no-match' | 'rejected';
  readonly event?: unknown;
  readonly pattern?: unknown;
}

const RECORDING = new URL('../../../../../shared/aws-recordings/event-patterns.json', import.meta.url);

/** Cases that JSON cannot hold, because a key occurs twice: the last one counts. */
const AS_TEXT: Readonly<Record<string, { event: unknown; pattern: string }>> = {
  complex_multi_key_event: {
    event: { id: '1', source: 'test-source', detail: { location: 'eu-central-1' } },
    pattern: '{"detail": {"location": [{"prefix": "us-"}], "location": [{"anything-but": "us-east"}]}}',
  },
};

function verdict(recorded: RecordedCase): RecordedCase['expected'] {
  const { event, pattern } = AS_TEXT[recorded.id] ?? {
    event: recorded.event,
    pattern: JSON.stringify(recorded.pattern),
  };
  try {
    return matchesPattern(compilePattern(pattern), event) ? 'match' : 'no-match';
  } catch (error) {
    if (error instanceof PatternError) return 'rejected';
    throw error;
  }
}

describe.skipIf(!existsSync(RECORDING))(
  'event patterns recorded from AWS (skipped where the recording is absent)',
  () => {
    it('judges all 109 as AWS did', () => {
      const cases = JSON.parse(readFileSync(RECORDING, 'utf8')) as readonly RecordedCase[];
      const wrong = cases
        .filter((each) => verdict(each) !== each.expected)
        .map((each) => `${each.id}: ${verdict(each)}`);
      console.log(`event patterns: ${cases.length - wrong.length} of ${cases.length} as recorded`);
      expect(wrong).toEqual([]);
      expect(cases).toHaveLength(109);
    });
  },
);
