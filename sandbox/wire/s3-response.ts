import { escapeXml } from './escape-xml.ts';
import type { WireResponse } from './message.ts';
import type { OperationModel } from './service-model.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * What S3 does beyond its model: partial content is status 206, documents carry an XML declaration, and the answer of
 * GetBucketLocation is one bare element.
 */
export function adjustS3Response(
  operation: OperationModel,
  output: Readonly<Record<string, unknown>>,
  response: WireResponse,
): WireResponse {
  const headers = { 'accept-ranges': 'bytes', ...response.headers };
  switch (operation.name) {
    case 'GetObject':
    case 'HeadObject':
      return { ...response, headers, status: output['ContentRange'] ? 206 : response.status };
    case 'GetBucketLocation':
      return { ...response, body: locationDocument(output['LocationConstraint']) };
    default:
      return { ...response, body: declared(response.body) };
  }
}

function locationDocument(location: unknown): string {
  const text = typeof location === 'string' ? escapeXml(location) : '';
  return `${DECLARATION}<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${text}</LocationConstraint>`;
}

function declared(body: Uint8Array | string): Uint8Array | string {
  return typeof body === 'string' && body.startsWith('<') && !body.startsWith('<?xml') ? DECLARATION + body : body;
}
