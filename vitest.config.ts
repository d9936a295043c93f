import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants the counts; absent on a developer's machine. */
const report = process.env['WEIGHBRIDGE_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    /** Files of one worker share what they import: half the processor time. A test puts back whatever it changes outside itself. */
    isolate: false,
    maxWorkers: 2,
    /**
     * The steps run in this process too, and their logs are not the tests' output. CDK's own template validation takes
     * seconds; `npm run synth`, which `npm test` runs first, is where it happens.
     */
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT', CDK_VALIDATION: 'false', NO_COLOR: '1' },
    setupFiles: ['test/support/fixed-seed.ts'],
    /** Generous: two busy cores may be slow, and no test waits for real time to pass. */
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
  },
});
