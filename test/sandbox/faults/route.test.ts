import { describe, expect, it } from 'vitest';
import { FAULTS_PATH, faultsRoute } from '../../../sandbox/faults/route.ts';
import { call, faultyWorld } from './support.ts';

describe('the control endpoint of faults', () => {
  function endpoint() {
    const faulty = faultyWorld();
    faulty.dispatcher.routes.set(FAULTS_PATH, faultsRoute(faulty.faults));
    const send = async (method: string, path = '', body: unknown = '') => {
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const answer = await faulty.dispatcher.dispatch({ method, path: FAULTS_PATH + path, headers: {}, body: bytes });
      return { status: answer.status, body: JSON.parse(String(answer.body)) as unknown };
    };
    return { ...faulty, send };
  }

  const throttle = { on: 'call', match: { service: 'Lambda' }, times: 1, action: { kind: 'throttle' } };

  it('adds, lists and removes rules', async () => {
    const { send, world } = endpoint();
    expect(await send('POST', '', throttle)).toEqual({ status: 201, body: { ids: ['fault-1'] } });
    await call(world, 'Lambda', 'Invoke').catch(() => undefined);
    expect(await send('GET')).toMatchObject({
      status: 200,
      body: {
        rules: [{ rule: { id: 'fault-1', ...throttle }, struck: 1 }],
        strikes: [{ hit: 'Lambda.Invoke by account' }],
      },
    });
    expect(await send('DELETE', '/fault-1')).toEqual({ status: 200, body: {} });
    expect(await send('DELETE', '/fault-1')).toMatchObject({
      status: 404,
      body: { message: 'there is no fault rule fault-1' },
    });
    expect(await send('GET')).toMatchObject({ body: { rules: [] } });
  });

  it('adds all rules of a list or none', async () => {
    const { send, faults } = endpoint();
    expect(await send('POST', '', [throttle, { on: 'call' }])).toMatchObject({ status: 400 });
    expect(faults.rules()).toEqual([]);
    expect(await send('POST', '', [throttle, throttle])).toMatchObject({ status: 201 });
    expect(await send('DELETE')).toEqual({ status: 200, body: {} });
    expect(faults.rules()).toEqual([]);
  });

  it.each([
    { name: 'no JSON', method: 'POST', body: '{', status: 400, says: /in JSON/ },
    {
      name: 'no rule',
      method: 'POST',
      body: { on: 'call', action: { kind: 'explode' } },
      status: 400,
      says: /action.kind/,
    },
    { name: 'another method', method: 'PUT', body: '', status: 405, says: /GET, POST or DELETE/ },
  ])('refuses $name', async ({ method, body, status, says }) => {
    const { send } = endpoint();
    const answer = await send(method, '', body);
    expect(answer.status).toBe(status);
    expect((answer.body as { message: string }).message).toMatch(says);
  });
});
