import { describe, expect, it } from 'vitest';
import { checkAnswer, type ContractCase } from '../../domain/contract.ts';

const aCase = (changes: Partial<ContractCase> = {}): ContractCase => ({ name: 'reads', event: {}, ...changes });

describe('checkAnswer', () => {
  it.each([
    { name: 'any answer when nothing is expected', expect: undefined, payload: { anything: 1 } },
    { name: 'a status', expect: { status: 200 }, payload: { statusCode: 200 } },
    {
      name: 'a body that holds more than is wanted',
      expect: { body: { ok: true } },
      payload: { body: { ok: true, id: 7 } },
    },
    {
      name: 'a body of JSON text',
      expect: { body: { items: [{ id: 1 }] } },
      payload: { body: '{"items":[{"id":1,"x":2}]}' },
    },
    { name: 'a body of plain text', expect: { body: 'done' }, payload: { body: 'done' } },
    { name: 'a payload', expect: { payload: { total: 3 } }, payload: { total: 3 } },
    { name: 'an answer that is no object', expect: { payload: 42 }, payload: 42 },
  ])('accepts $name', ({ expect: wanted, payload }) => {
    expect(checkAnswer(aCase({ expect: wanted }), { payload, milliseconds: 5 })).toEqual([]);
  });

  it.each([
    {
      name: 'another status',
      expect: { status: 200 },
      payload: { statusCode: 500 },
      says: 'expected statusCode 200, got 500',
    },
    { name: 'no status', expect: { status: 200 }, payload: 'text', says: 'expected statusCode 200, got nothing' },
    {
      name: 'another value',
      expect: { body: { ok: true } },
      payload: { body: '{"ok":false}' },
      says: 'expected body.ok to be true, got false',
    },
    {
      name: 'a body that is not JSON',
      expect: { body: { a: 1 } },
      payload: { body: '<html>' },
      says: 'expected body to be an object, got "<html>"',
    },
    {
      name: 'a shorter list',
      expect: { payload: [1, 2] },
      payload: [1],
      says: 'expected payload to have 2 items, got 1',
    },
    {
      name: 'no list',
      expect: { payload: { a: [1] } },
      payload: { a: {} },
      says: 'expected payload.a to be a list, got {}',
    },
    {
      name: 'a missing key',
      expect: { payload: { a: { b: 1 } } },
      payload: { a: {} },
      says: 'expected payload.a.b to be 1, got nothing',
    },
  ])('refuses $name', ({ expect: wanted, payload, says }) => {
    expect(checkAnswer(aCase({ expect: wanted }), { payload, milliseconds: 5 })).toEqual([`reads: ${says}`]);
  });

  it('refuses a function error unless one is expected', () => {
    const answer = { payload: { errorType: 'Boom' }, functionError: 'Unhandled', milliseconds: 5 };
    expect(checkAnswer(aCase(), answer)).toEqual([
      'reads: expected an answer, got the function error Unhandled {"errorType":"Boom"}',
    ]);
    expect(checkAnswer(aCase({ expect: { error: true } }), answer)).toEqual([]);
  });

  it('refuses an answer where a function error is expected', () => {
    const found = checkAnswer(aCase({ expect: { error: true } }), { payload: null, milliseconds: 5 });
    expect(found).toEqual(['reads: expected a function error, got the answer null']);
  });

  it('refuses an answer that took too long, and accepts one at the limit', () => {
    const limited = aCase({ maxMilliseconds: 100 });
    expect(checkAnswer(limited, { payload: 1, milliseconds: 100 })).toEqual([]);
    expect(checkAnswer(limited, { payload: 1, milliseconds: 130.4 })).toEqual([
      'reads: expected an answer within 100 ms, got one after 130 ms',
    ]);
  });

  it('names everything that is wrong at once', () => {
    const wanted = aCase({ expect: { status: 200, body: { a: 1, b: 2 } }, maxMilliseconds: 1 });
    expect(checkAnswer(wanted, { payload: { statusCode: 404, body: {} }, milliseconds: 9 })).toHaveLength(4);
  });
});
