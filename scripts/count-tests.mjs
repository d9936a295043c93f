// Prints vitest's own counts as "N passed, N failed, N skipped". A run that failed before vitest wrote a report counts as
// one failure, so that the line can never flatter.
import { readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);

function counts() {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const skipped = report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

const { passed, failed, skipped } = counts();
const hidden = status !== '0' && failed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed + hidden} failed, ${skipped} skipped`);
