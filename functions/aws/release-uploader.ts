import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ZipFile } from 'yazl';
import { releaseKey } from '../../domain/release.ts';
import type { ReleaseUploader } from '../drill/ports.ts';
import { isNamed } from './errors.ts';
import type { Host } from './host.ts';

/** Uploads releases of our own making. */
export function releaseUploader(host: Host): ReleaseUploader {
  const local = host.sdk.endpoint !== undefined || process.env['AWS_ENDPOINT_URL'] !== undefined;
  const client = new S3Client({ forcePathStyle: local, ...host.sdk });
  return {
    async upload(functionName, version, files) {
      const Bucket = host.setting('ARTIFACT_BUCKET');
      const Body = await zipOf(files);
      const object = { Bucket, Key: releaseKey(functionName, version), Body, ContentType: 'application/zip' };
      try {
        await client.send(new PutObjectCommand({ ...object, IfNoneMatch: '*' }));
      } catch (cause) {
        if (!isNamed(cause, 'PreconditionFailed', 'ConditionalRequestConflict')) throw cause;
      }
    },
  };
}

/** The same bytes for the same files. */
async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files))
    zip.addBuffer(Buffer.from(text), name, { mtime: new Date(1980, 0, 1), forceDosTimestamp: true });
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
