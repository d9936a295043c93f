import { describe, expect, it } from 'vitest';
import {
  ConcurrentChangeError,
  expected,
  InvalidReleaseError,
  InvariantError,
  NotReadyError,
  RollbackFailedError,
  ThrottledError,
  TransientAwsError,
} from '../../domain/errors.ts';

describe('errors', () => {
  it.each([
    { type: InvalidReleaseError, name: 'InvalidReleaseError' },
    { type: NotReadyError, name: 'NotReadyError' },
    { type: TransientAwsError, name: 'TransientAwsError' },
    { type: ThrottledError, name: 'ThrottledError' },
    { type: ConcurrentChangeError, name: 'ConcurrentChangeError' },
    { type: InvariantError, name: 'InvariantError' },
    { type: RollbackFailedError, name: 'RollbackFailedError' },
  ])('$name carries its name, its message and its cause', ({ type, name }) => {
    const cause = new Error('below');
    const error = new type('what happened', { cause });
    expect(error).toBeInstanceOf(Error);
    expect({ name: error.name, message: error.message, cause: error.cause }).toEqual({
      name,
      message: 'what happened',
      cause,
    });
  });
});

describe('expected', () => {
  const circular: Record<string, unknown> = {};
  circular['self'] = circular;

  it.each([
    { name: 'text as it stands', came: 'a directory', shown: 'a directory' },
    { name: 'an empty text by name', came: '', shown: 'an empty text' },
    { name: 'absence by name', came: undefined, shown: 'nothing' },
    { name: 'null', came: null, shown: 'null' },
    { name: 'lists as JSON', came: [10, 50], shown: '[10,50]' },
    { name: 'what JSON would hide', came: Number.NaN, shown: 'NaN' },
    { name: 'what is not JSON by name', came: circular, shown: 'a value that is not JSON' },
    { name: 'functions by name', came: () => 1, shown: 'a function' },
    { name: 'long text cut off', came: 'x'.repeat(300), shown: `${'x'.repeat(200)}…` },
  ])('shows $name', ({ came, shown }) => {
    expect(expected('a zip', came, 'upload one')).toBe(`expected a zip, got ${shown}; upload one`);
  });
});
