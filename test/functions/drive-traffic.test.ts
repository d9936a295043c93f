import { expect, it } from 'vitest';
import { driveTraffic } from '../../functions/drive-traffic.ts';
import { common } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

const NONE = { sent: 0, failed: 0, refused: 0 };
const drive = (traffic = NONE) => ({ ...common('DriveTraffic'), function: 'Weighbridge-Drill', traffic });

it('DriveTraffic sends a bounded burst to the alias, and counts what failed and what was not taken', async () => {
  const { ports, state } = fakePorts();
  let asked = 0;
  state.answers = (_event, qualifier) => {
    expect(qualifier).toBe('production');
    if (++asked % 3 === 0) throw new Error('throttled');
    return { payload: null, milliseconds: 1, ...(asked % 2 === 0 && { functionError: 'Unhandled' }) };
  };
  const { traffic } = await driveTraffic(drive(), ports);
  expect(traffic).toEqual({ sent: 24, failed: 8, refused: 8 });
  state.answers = () => ({ payload: null, milliseconds: 1 });
  expect((await driveTraffic(drive(traffic), ports)).traffic).toEqual({ sent: 48, failed: 8, refused: 8 });
});
