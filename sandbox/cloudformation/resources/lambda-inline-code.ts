import { zipEntries } from '../assembly/zip.ts';

/**
 * The archive that CloudFormation makes of source text in a template: one file, named after the runtime.
 * Source: CloudFormation template reference, AWS::Lambda::Function Code.
 */
export function inlineCodeZip(source: string, runtime: string): Promise<Uint8Array> {
  const name = runtime.startsWith('python') ? 'index.py' : 'index.js';
  return zipEntries([{ name, content: Buffer.from(source), mode: 0o644 }]);
}
