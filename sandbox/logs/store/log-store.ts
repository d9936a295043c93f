import { AwsError } from '../../core/aws-error.ts';
import type { Collection } from '../../core/collection.ts';
import type { World } from '../../core/world.ts';
import type { LogGroupRecord, LogPolicyRecord, LogStreamRecord } from './log-records.ts';
import { LogStream, type LogEvents } from './log-stream.ts';

/** Events that all streams keep together; the oldest are forgotten first. */
export const TOTAL_CAPACITY = 200_000;

/** All log groups, streams and events, bounded in memory. */
export class LogStore {
  readonly groups: Collection<LogGroupRecord>;
  readonly policies: Collection<LogPolicyRecord>;
  readonly #world: World;
  readonly #streamRecords: Collection<LogStreamRecord>;
  readonly #events: LogEvents;
  readonly #streams = new Map<string, Map<string, LogStream>>();
  readonly #byId = new Map<number, LogStream>();
  #nextId = 0;

  constructor(world: World) {
    this.#world = world;
    this.groups = world.storage.collection<LogGroupRecord>('logs.groups');
    this.policies = world.storage.collection<LogPolicyRecord>('logs.policies');
    this.#streamRecords = world.storage.collection<LogStreamRecord>('logs.streams');
    this.#events = world.storage.collection('logs.events');
    this.#restore();
  }

  /** @throws AwsError ResourceNotFoundException */
  group(name: string): LogGroupRecord {
    const group = this.groups.get(name);
    if (!group) throw notFound('The specified log group does not exist.');
    return group;
  }

  /** Streams of a group by name. */
  streams(group: string): readonly LogStream[] {
    const streams = [...(this.#streams.get(group)?.values() ?? [])];
    return streams.sort((a, b) => (a.record.name < b.record.name ? -1 : 1));
  }

  /** @throws AwsError ResourceNotFoundException */
  stream(group: string, name: string): LogStream {
    this.group(group);
    const stream = this.#streams.get(group)?.get(name);
    if (!stream) throw notFound('The specified log stream does not exist.');
    return stream;
  }

  /** Whether the group has such a stream. */
  hasStream(group: string, name: string): boolean {
    return this.#streams.get(group)?.has(name) ?? false;
  }

  createGroup(name: string, options: Partial<LogGroupRecord> = {}): void {
    const createdAt = Math.floor(this.#world.clock.now());
    this.groups.put(name, {
      retentionInDays: undefined,
      kmsKeyId: undefined,
      logGroupClass: 'STANDARD',
      deletionProtection: false,
      tags: {},
      ...options,
      name,
      createdAt,
    });
  }

  createStream(group: string, name: string): LogStream {
    const record = { id: this.#nextId++, group, name, createdAt: Math.floor(this.#world.clock.now()) };
    this.#streamRecords.put(String(record.id), record);
    return this.#attach(record);
  }

  /** Appends one message; makes group and stream when they are not there. Cheap. */
  append(group: string, streamName: string, message: string, at: number): void {
    if (!this.groups.has(group)) this.createGroup(group);
    const stream = this.#streams.get(group)?.get(streamName) ?? this.createStream(group, streamName);
    this.appendTo(stream, message, at);
  }

  appendTo(stream: LogStream, message: string, at: number): void {
    stream.append({ at: Math.floor(at), ingestedAt: Math.floor(this.#world.clock.now()), message });
    if (this.#events.size > TOTAL_CAPACITY) this.#dropOldest();
  }

  deleteStream(stream: LogStream): void {
    stream.clear();
    this.#streams.get(stream.record.group)?.delete(stream.record.name);
    this.#byId.delete(stream.record.id);
    this.#streamRecords.delete(String(stream.record.id));
  }

  deleteGroup(name: string): void {
    for (const stream of this.streams(name)) this.deleteStream(stream);
    this.#streams.delete(name);
    this.groups.delete(name);
  }

  /** Events before this time have expired; sandbox milliseconds. */
  expiryOf(group: string): number {
    const days = this.groups.get(group)?.retentionInDays;
    return days === undefined ? -Infinity : this.#world.clock.now() - days * 86_400_000;
  }

  #attach(record: LogStreamRecord): LogStream {
    const stream = new LogStream(record, this.#events);
    const streams = this.#streams.get(record.group) ?? new Map<string, LogStream>();
    this.#streams.set(record.group, streams.set(record.name, stream));
    this.#byId.set(record.id, stream);
    return stream;
  }

  #dropOldest(): void {
    const oldest = this.#events.keys().next();
    if (!oldest.done) this.#byId.get(Number(oldest.value.split(':')[0]))?.dropOldest();
  }

  #restore(): void {
    for (const record of this.#streamRecords.values()) {
      this.#attach(record);
      this.#nextId = Math.max(this.#nextId, record.id + 1);
    }
    for (const key of this.#events.keys()) {
      const [id, number] = key.split(':').map(Number);
      const event = this.#events.get(key);
      if (id !== undefined && number !== undefined && event) this.#byId.get(id)?.restore(number, event);
    }
  }
}

function notFound(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', message, { status: 400 });
}
