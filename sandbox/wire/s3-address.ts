/** Bucket and the rest of the path, as a request to S3 addresses them. */
export interface S3Address {
  /** Absent for requests to the service itself, e.g. ListBuckets. */
  readonly bucket: string | undefined;
  /** Raw path within the bucket, beginning with a slash. */
  readonly path: string;
}

/**
 * Takes the bucket from the host name (`<bucket>.localhost`, `<bucket>.s3.<anything>`) or else from the path.
 * Source: "Virtual hosting of buckets" in the S3 user guide.
 */
export function s3Address(host: string, path: string): S3Address {
  const bucket = bucketOfHost(host.replace(/:\d+$/, '').toLowerCase());
  if (bucket !== undefined) return { bucket, path };
  const found = /^\/+([^/]+)(\/.*)?$/s.exec(path);
  return found?.[1]
    ? { bucket: decodeURIComponent(found[1]), path: found[2] ?? '/' }
    : { bucket: undefined, path: '/' };
}

function bucketOfHost(host: string): string | undefined {
  return (
    /^(.+?)\.s3(?:[.-][a-z0-9-]+)*\.(?:amazonaws\.com|localhost)$/.exec(host)?.[1] ??
    (host.startsWith('s3.') ? undefined : /^(.+)\.localhost$/.exec(host)?.[1])
  );
}
