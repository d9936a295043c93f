import { JsonCodec2, XmlCodec } from '@aws-sdk/core/protocols';
import { CborCodec } from '@smithy/core/cbor';
import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../core/aws-error.ts';

/** Turns values of a schema into a document and back, by the serializers that the SDK's clients use. */
export interface DocumentCodec {
  read(schema: NormalizedSchema, document: Uint8Array): Promise<unknown>;
  write(schema: NormalizedSchema, value: object): Uint8Array | string;
}

interface Serializer {
  write(schema: NormalizedSchema, value: unknown): void;
  flush(): Uint8Array | string;
}

interface Reader {
  read(schema: NormalizedSchema, document: never): unknown;
}

const EPOCH_SECONDS = 7;
const DATE_TIME = 5;

/** JSON of awsJson1.0 and 1.1: member names as in the model, timestamps in seconds. */
export const rpcJson = jsonCodec({ jsonName: false });
/** JSON of restJson1: member names by trait. */
export const restJson = jsonCodec({ jsonName: true, httpBindings: true });

function jsonCodec(settings: { jsonName: boolean; httpBindings?: boolean }): DocumentCodec {
  const codec = new JsonCodec2({ timestampFormat: { useTrait: true, default: EPOCH_SECONDS }, ...settings });
  return {
    read: async (schema, document) => {
      const text = plainBytes(document).toString();
      if (schema.isStructSchema() && /^\s*[^\s{]/.test(text)) throw serializationError('Expected an object.');
      return guarded('SerializationException', () =>
        (codec.createDeserializer() as Reader).read(schema, text as never),
      );
    },
    write: (schema, value) => written(codec.createSerializer(), schema, value),
  };
}

/** XML documents; `xmlNamespace` goes on the root element, none when empty. */
export function xmlCodec(settings: { httpBindings: boolean; xmlNamespace: string }): DocumentCodec {
  const timestampFormat = { useTrait: true, default: DATE_TIME } as const;
  const codec = new XmlCodec({ ...settings, timestampFormat, serviceNamespace: '' });
  return {
    read: (schema, document) =>
      guarded('MalformedXML', () => (codec.createDeserializer() as Reader).read(schema, document as never)),
    write: (schema, value) => written(codec.createSerializer(), schema, value),
  };
}

/** CBOR of rpcv2Cbor. */
export const cborCodec: DocumentCodec = {
  read: (schema, document) =>
    guarded('SerializationException', () =>
      (new CborCodec().createDeserializer() as Reader).read(schema, document as never),
    ),
  write: (schema, value) => written(new CborCodec().createSerializer(), schema, value),
};

function written(serializer: Serializer, schema: NormalizedSchema, value: object): Uint8Array | string {
  serializer.write(schema, value);
  const document = serializer.flush();
  return typeof document === 'string' ? document : plainBytes(document);
}

/** The SDK's JSON bytes are a subclass that turns into text, with a warning, at the slightest touch. */
export function plainBytes(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A document that cannot be parsed is the client's fault. */
async function guarded(code: 'SerializationException' | 'MalformedXML', read: () => unknown): Promise<unknown> {
  try {
    return await read();
  } catch (cause) {
    throw code === 'MalformedXML' ? malformedXml() : serializationError((cause as Error).message);
  }
}

function serializationError(detail: string): AwsError {
  return new AwsError('SerializationException', `The request body could not be parsed. ${detail}`, { status: 400 });
}

/** What S3 says of documents that are no XML or not what its schema asks for. */
export function malformedXml(): AwsError {
  const message = 'The XML you provided was not well-formed or did not validate against our published schema';
  return new AwsError('MalformedXML', message, { status: 400 });
}
