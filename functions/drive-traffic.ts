import { DRILL_ENVIRONMENT } from '../domain/drill/drill.ts';
import { driveTrafficInput, type DriveTrafficInput } from './drill/inputs.ts';
import type { DrillTraffic } from './drill/records.ts';
import type { Ports } from './ports.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'functions'>;

/** Requests in one burst, and how many of them at the same time: a bounded load, whatever the drill comes to. */
const BURST = 24;
const AT_ONCE = 4;

/**
 * Sends the drill function's alias a burst of requests: nobody else uses it, and without traffic there are no figures.
 * Requests that fail are what a drill is about; a repeated burst is just more traffic.
 */
export async function driveTraffic(input: DriveTrafficInput, ports: Needs): Promise<{ traffic: DrillTraffic }> {
  const met = { sent: 0, failed: 0, refused: 0 };
  const lane = async (): Promise<void> => {
    for (let i = 0; i < BURST / AT_ONCE; i++) met[await oneRequest(input, ports)]++;
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const { sent, failed, refused } = input.traffic;
  return { traffic: { sent: sent + BURST, failed: failed + met.failed, refused: refused + met.refused } };
}

/** A request that Lambda itself did not take is no failure of the release. */
async function oneRequest({ function: name }: DriveTrafficInput, { functions }: Needs): Promise<keyof DrillTraffic> {
  try {
    const { functionError } = await functions.invoke(name, DRILL_ENVIRONMENT, { drill: true });
    return functionError ? 'failed' : 'sent';
  } catch {
    return 'refused';
  }
}

export const step = defineStep({ state: 'DriveTraffic', input: driveTrafficInput, mutates: false, run: driveTraffic });
export const handler = serve(step);
