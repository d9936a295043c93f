import { xmlCodec } from './codec.ts';
import { escapeXml } from './escape-xml.ts';
import type { WireResponse } from './message.ts';
import { membersOf, structureOf } from './schema.ts';
import type { OperationModel } from './service-model.ts';

const codec = xmlCodec({ httpBindings: false, xmlNamespace: '' });

/** Writes an output as awsQuery does: `<OpResponse><OpResult>…</OpResult><ResponseMetadata>…`. */
export function encodeQuery(
  xmlNamespace: string,
  operation: OperationModel,
  output: Record<string, unknown>,
  requestId: string,
): WireResponse {
  const result = resultOf(operation, output);
  const metadata = `<ResponseMetadata><RequestId>${escapeXml(requestId)}</RequestId></ResponseMetadata>`;
  const body = `<${operation.name}Response xmlns="${xmlNamespace}">${result}${metadata}</${operation.name}Response>`;
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

function resultOf(operation: OperationModel, output: Record<string, unknown>): string {
  const schema = operation.output;
  if (!schema.isStructSchema()) return '';
  const names = membersOf(schema).map((member) => member.name);
  return String(codec.write(structureOf(schema, `${operation.name}Result`, names), output));
}
