import { defineConfig } from 'vitest/config';

/** Where `.ci/run` wants the counts; absent on a developer's machine. */
const report = process.env['WEIGHBRIDGE_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    /** The steps run in this process too, and their logs are not the tests' output. */
    env: { POWERTOOLS_LOG_LEVEL: 'SILENT' },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report && { outputFile: { json: report } }),
  },
});
