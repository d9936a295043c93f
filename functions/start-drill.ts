import { drillPackage, drillVersions } from '../domain/drill/drill.ts';
import { startDrillInput, type StartDrillInput } from './drill/inputs.ts';
import type { Ports } from './ports.ts';
import { defineStep, serve } from './runtime.ts';

/** The bad candidate, and when it was uploaded. */
export interface Started {
  readonly candidate: { readonly version: string; readonly uploadedAt: string };
}

/** Uploads the bad candidate: from here on everything happens as with any release. Safe to repeat: one upload is made. */
export async function startDrill(
  { function: name, execution, step }: StartDrillInput,
  { uploads }: Pick<Ports, 'uploads'>,
): Promise<Started> {
  const { candidate: version } = drillVersions(execution.startedAt);
  await uploads.upload(name, version, drillPackage(version));
  return { candidate: { version, uploadedAt: new Date(step.now).toISOString() } };
}

export const step = defineStep({ state: 'StartDrill', input: startDrillInput, mutates: true, run: startDrill });
export const handler = serve(step);
