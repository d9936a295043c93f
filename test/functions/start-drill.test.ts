import { expect, it } from 'vitest';
import { startDrill } from '../../functions/start-drill.ts';
import { common, NOW } from '../support/builders.ts';
import { fakePorts } from '../support/fake-ports.ts';

it('StartDrill uploads the bad candidate of this drill, and says when', async () => {
  const { ports, state } = fakePorts();
  const started = await startDrill({ ...common('StartDrill'), function: 'Weighbridge-Drill' }, ports);
  expect(started.candidate).toEqual({ version: '1.20260101.120000', uploadedAt: new Date(NOW).toISOString() });
  expect(state.uploads).toEqual(['Weighbridge-Drill 1.20260101.120000']);
});
