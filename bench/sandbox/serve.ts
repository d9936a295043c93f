import { createSandbox } from '../../sandbox/sandbox.ts';

/** Runs a sandbox on the port that is the first argument, until it is killed. */
await createSandbox({ clock: { kind: 'real' }, port: Number(process.argv[2] ?? 0) });
