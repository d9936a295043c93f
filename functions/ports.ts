import type { CodeObject, PolicyStatement } from '../domain/journal/change.ts';
import type { Permission } from '../domain/journal/permission.ts';
import type { Head } from '../domain/evidence/chain.ts';
import type { FreezeSwitch } from '../domain/freeze/may-begin.ts';
import type { CustomReading } from '../domain/health/custom/readings.ts';
import type { CustomRule } from '../domain/health/custom/rules.ts';
import type { MinuteFigures } from '../domain/health/figures.ts';
import type { AlarmState } from '../domain/health/figures.ts';
import type { TrafficMinute } from '../domain/health/traffic.ts';
import type { Decision } from '../domain/next-move.ts';
import type { Release, UploadedRelease } from '../domain/release.ts';
import type { Routing } from '../domain/routing.ts';
import type { AliasChangeBook } from './outside/ports.ts';
import type { DrillBook, ReleaseUploader } from './drill/ports.ts';
import type { GroupBook } from './group/ports.ts';
import type { CommandBook, QueueBook } from './rollout/books.ts';
import type {
  ChainedEvidence,
  CurrentRelease,
  Evidence,
  KeptFigures,
  Lock,
  Place,
  RolloutRecord,
} from './rollout/records.ts';
import type { Notifier } from './notices.ts';

export type { Delivery, Notice, Notifier } from './notices.ts';

/** An alias as Lambda reports it. `revisionId` guards the next write. */
export interface AliasState {
  readonly routing: Routing;
  readonly revisionId: string;
}

/** The alias changed between reading and writing: nothing was written, read and decide again. */
export interface Conflict {
  readonly conflict: true;
}

/** Where traffic is shifted. Another routing mechanism would be another implementation of this. */
export interface AliasGateway {
  /** The alias, or `undefined` when the function has none of that name. */
  read(functionName: string, alias: string): Promise<AliasState | undefined>;
  /** Writes a routing if the alias is still at `revisionId`. Safe to repeat: a lost answer shows as a conflict. */
  write(functionName: string, alias: string, routing: Routing, revisionId: string): Promise<AliasState | Conflict>;
  /** Creates the alias; a conflict when it exists already. */
  create(functionName: string, alias: string, version: string): Promise<AliasState | Conflict>;
  /** Deletes the alias; absent already is fine. */
  remove(functionName: string, alias: string): Promise<void>;
}

/** What is known of a function or of one of its versions. */
export interface FunctionFacts {
  readonly version: string;
  readonly state: string;
  readonly lastUpdateStatus: string;
  readonly lastUpdateReason?: string;
  /** base64 SHA-256 of the deployment package. */
  readonly codeSha256: string;
  readonly revisionId: string;
  readonly packageType: string;
  readonly runtime?: string;
  readonly handler?: string;
  readonly role: string;
  readonly deadLetterArn?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Where the deployment package can be fetched for ten minutes. */
  readonly codeLocation?: string;
}

/** The answer of one synchronous invocation. */
export interface InvocationAnswer {
  readonly payload: unknown;
  readonly functionError?: string;
  readonly milliseconds: number;
}

export interface PublishedVersion {
  readonly version: string;
  readonly createdAt?: string;
  readonly codeSha256: string;
}

/** Lambda's control plane for functions and versions, and direct invocation. */
export interface FunctionGateway {
  /** The function's `$LATEST`, or one version; `undefined` when it does not exist. */
  describe(functionName: string, version?: string): Promise<FunctionFacts | undefined>;
  /** Points `$LATEST` at an object in S3; `conflict` when the function changed since `revisionId`. */
  updateCode(functionName: string, code: CodeObject, revisionId: string): Promise<void | Conflict>;
  updateVariables(
    functionName: string,
    variables: Record<string, string>,
    revisionId: string,
  ): Promise<void | Conflict>;
  /** Publishes `$LATEST` if its code digest and revision are still the given ones. */
  publish(
    functionName: string,
    guard: { codeSha256: string; revisionId: string },
    description: string,
  ): Promise<string | Conflict>;
  invoke(functionName: string, qualifier: string | undefined, event: unknown): Promise<InvocationAnswer>;
  versions(functionName: string): Promise<readonly PublishedVersion[]>;
  /** Deletes one numbered version. Refuses anything else: without a qualifier Lambda deletes the function. */
  deleteVersion(functionName: string, version: string): Promise<'deleted' | 'inUse'>;
}

/** One thing that refers to a version or to the bare function. `qualifier` is undefined for the bare function. */
export interface Reference {
  readonly qualifier: string | undefined;
  readonly why: string;
  /** UUID of an event source mapping. */
  readonly mapping?: string;
}

/** A queue or stream whose events a function, a version or an alias gets. */
export interface EventSource {
  readonly uuid: string;
  /** Undefined for the bare function. */
  readonly qualifier: string | undefined;
  readonly functionArn: string;
  /** ARN of the queue or stream. */
  readonly source: string;
}

/** Who invokes or pins what: aliases, event sources, policies, URLs, provisioned concurrency. */
export interface ReferenceFinder {
  /** Everything that refers to versions of the function. */
  toVersions(functionName: string): Promise<readonly Reference[]>;
  /** Event sources and permissions that name the bare function or a version instead of an alias. */
  triggers(functionName: string): Promise<readonly Reference[]>;
  /** Execution environments that the alias asks to be kept ready; undefined when it asks for none. */
  provisionedConcurrency(functionName: string, alias: string): Promise<number | undefined>;
  /** Event source mappings that name the function, one of its versions or an alias. */
  mappings(functionName: string): Promise<readonly EventSource[]>;
  /** One mapping, whatever it names; undefined when it is gone. */
  mapping(uuid: string): Promise<EventSource | undefined>;
  /** Hands the events of a mapping to another function, version or alias, by its ARN; a conflict while it is busy. */
  pointMapping(uuid: string, functionArn: string): Promise<void | Conflict>;
  /** Statements of the resource policy on a version. */
  policy(functionName: string, version: string): Promise<readonly PolicyStatement[]>;
  /** Adds a statement to the policy on a version; there already is fine. */
  allow(functionName: string, version: string, permission: Permission): Promise<void>;
  /** Removes a statement from the policy on a version; gone already is fine. */
  disallow(functionName: string, version: string, statementId: string): Promise<void>;
}

/** The uploaded object, read once. */
export interface Artifact {
  readonly codeSha256: string;
  readonly size: number;
  readonly etag: string;
  readonly uploadedAt: string;
  /** S3 version id of what was read; absent in a bucket without versions. */
  readonly versionId?: string;
  /** Paths of the files in the zip; empty with `problem` set when it is not a zip. */
  readonly files: readonly string[];
  readonly problem?: string;
}

export interface ArtifactStore {
  /** Downloads exactly that object version; `undefined` when it is gone. */
  read(bucket: string, key: string, versionId: string | undefined): Promise<Artifact | undefined>;
  /** Whether that object version is there. */
  exists(bucket: string, key: string, versionId: string): Promise<boolean>;
  /**
   * Copies what a URL gives into the bucket, through the disk, if it has the wanted digest; the same copy twice is one.
   * @throws InvariantError when it cannot be fetched or is something else.
   */
  keep(url: string, wanted: Pick<CodeObject, 'bucket' | 'key' | 'codeSha256'>): Promise<CodeObject>;
  /** The text of a small object, or `undefined` when there is none. */
  text(bucket: string, key: string): Promise<string | undefined>;
}

export interface PolicyStore {
  /** The function's policy document as text, with the name it was looked for under. */
  read(functionName: string): Promise<{ readonly name: string; readonly text: string | undefined }>;
}

/** Locks, rollouts and their evidence. Every write is conditional, so that repeating it changes nothing. */
export interface Ledger extends QueueBook, CommandBook {
  /** Claims a release's trigger for an execution; returns the execution that owns it, maybe another. */
  claimEvent(release: Release, environment: string, execution: string): Promise<string>;
  /** All locks that somebody holds, and which environments they are. */
  locks(): Promise<readonly (Lock & Place)[]>;
  /**
   * Takes a free or expired lock, or finds it already ours; otherwise says who holds it. `leaving` is the name of an execution
   * that stands in the queue: it leaves it in the same write, and does not get the lock if it was dismissed.
   */
  takeLock(
    place: Place,
    claim: { owner: string; rollout: string; release?: string; leaving?: string; now: number; leaseUntil: number },
  ): Promise<{ taken: boolean; lock: Lock }>;
  /** Extends the lease. @throws ConcurrentChangeError when the lock is no longer ours: stop. */
  renewLock(place: Place, lock: { owner: string; fence: number; leaseUntil: number }): Promise<void>;
  /** Makes the owner's steps that still run find that the lock is no longer theirs; it stays taken until it is freed. */
  fenceLock(place: Place, owner: string): Promise<void>;
  /** Frees the lock if `owner` holds it; anything else is left alone. */
  freeLock(place: Place, owner: string): Promise<void>;
  current(place: Place): Promise<CurrentRelease | undefined>;
  recordCurrent(place: Place, current: CurrentRelease): Promise<void>;
  /** The same, in one write with the proof that the lock is held as it was taken; false when it is not, and nothing is written. */
  recordPromoted(place: Place, current: CurrentRelease, lock: Pick<Lock, 'owner' | 'fence'>): Promise<boolean>;
  /** Puts back what was current before a rollout that was taken back; nothing where another one has recorded since. */
  returnCurrent(place: Place, rollout: string, before: CurrentRelease | undefined): Promise<void>;
  /** Code digest that a semantic version was first published with, if it ever was. */
  publishedDigest(functionName: string, version: string): Promise<string | undefined>;
  /** The object in S3 with this code, if a release of the function ever had it. */
  publishedCode(functionName: string, codeSha256: string): Promise<CodeObject | undefined>;
  recordPublished(release: UploadedRelease, lambdaVersion: string): Promise<void>;
  /** Freezes that somebody declared, for this function and for all; those that were lifted are not among them. */
  freezes(functionName: string): Promise<readonly FreezeSwitch[]>;
  /** Writes the record unless it exists; returns what is stored. */
  openRollout(record: RolloutRecord): Promise<RolloutRecord>;
  rollout(
    key: Pick<RolloutRecord, 'function' | 'startedAt' | 'id' | 'environment'>,
  ): Promise<RolloutRecord | undefined>;
  updateRollout(
    record: Pick<RolloutRecord, 'function' | 'startedAt' | 'id' | 'environment'>,
    changes: Partial<RolloutRecord>,
  ): Promise<void>;
  /** Everything that ever happened to a function, oldest first. */
  pastRollouts(functionName: string): Promise<readonly RolloutRecord[]>;
  /**
   * Appends evidence to the rollout's chain; the same state, tick and key again leaves the first entry. Safe beside others
   * that append at the same time: each gets a place of its own.
   * @throws TransientAwsError when others append at every attempt: retry.
   */
  append(rollout: string, evidence: Evidence): Promise<void>;
  /** All entries of a rollout in the order in which they were appended. */
  evidence(rollout: string): Promise<readonly ChainedEvidence[]>;
  /** The end of the rollout's chain. */
  evidenceHead(rollout: string): Promise<Head>;
  /** Keeps the head of the evidence in the record of a rollout that has ended. `updateRollout` does so when it ends one. */
  seal(record: Pick<RolloutRecord, 'function' | 'startedAt' | 'id' | 'environment'>): Promise<Head>;
  /**
   * Keeps what one tick saw for the first time, as text; the same tick again leaves what is there.
   * @returns what is kept.
   */
  keepFigures(rollout: string, tick: number, parts: readonly string[]): Promise<readonly string[]>;
  /** What earlier ticks kept, oldest first. */
  keptFigures(rollout: string): Promise<readonly KeptFigures[]>;
  /** Rollouts that have not ended, of one function or of all. */
  openRollouts(functionName?: string): Promise<readonly RolloutRecord[]>;
  /** Those, and the ones that ended and whose lock is not known to be free or of which nobody was told. */
  unclosedRollouts(execution?: string): Promise<readonly RolloutRecord[]>;
  /** The last thing that happens to a rollout: ended, its lock free, people told. Reconcile need not look at it again. */
  closeRollout(record: Pick<RolloutRecord, 'id'>): Promise<void>;
  /** Frees the lock, if `owner` holds it, and closes the rollout, in one write: nothing can fail in between. */
  endRollout(record: Pick<RolloutRecord, 'id' | 'function' | 'environment'>, owner: string): Promise<void>;
  decision(rollout: string, heldSince: number): Promise<Decision | undefined>;
  recordToken(rollout: string, heldSince: number, token: string): Promise<void>;
}

/** An alarm as it is now; `MISSING` when no alarm of that name exists. */
export interface AlarmNow {
  readonly name: string;
  readonly state: AlarmState;
}

/** The user's own metrics of two versions, from `from` to `to` (ms); `stable` is null without one. */
export interface CustomQuery {
  readonly rules: readonly CustomRule[];
  readonly functionName: string;
  readonly alias: string;
  readonly candidate: string;
  readonly stable: string | null;
  readonly from: number;
  readonly to: number;
}

/** What an alias had to do from `from` to `to` (ms), whatever the version. */
export interface TrafficQuery {
  readonly functionName: string;
  readonly alias: string;
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
}

export interface HealthSource {
  /** One-minute figures of several versions behind an alias, from `from` to `to` (ms), by version. */
  figures(query: {
    functionName: string;
    alias: string;
    versions: readonly string[];
    from: number;
    to: number;
    slowOverMilliseconds: number | undefined;
  }): Promise<Readonly<Record<string, readonly MinuteFigures[]>>>;
  /** Metric and composite alarms by name, in the order asked for. */
  alarms(names: readonly string[]): Promise<readonly AlarmNow[]>;
  /** Values of the policy's own metrics. @throws InvalidReleaseError when CloudWatch cannot compute one of them. */
  custom(query: CustomQuery): Promise<readonly CustomReading[]>;
  /** Traffic of an alias, period by period. */
  traffic(query: TrafficQuery): Promise<readonly TrafficMinute[]>;
}

export interface SecretChecker {
  exists(reference: string): Promise<boolean>;
}

export interface Executions {
  status(executionArn: string): Promise<string | undefined>;
  /** Starts an execution of the group's machine, once for each name; returns its ARN. */
  startGroup(name: string, input: object): Promise<string>;
  /** Answers a task token, so that whoever waits looks again; one that nobody waits for any more is fine. */
  wake(taskToken: string): Promise<void>;
}

/** Everything a step can ask for; each step names what it needs. */
export interface Ports {
  readonly aliases: AliasGateway;
  readonly functions: FunctionGateway;
  readonly references: ReferenceFinder;
  readonly artifacts: ArtifactStore;
  readonly policies: PolicyStore;
  readonly ledger: Ledger;
  readonly health: HealthSource;
  readonly notifier: Notifier;
  readonly secrets: SecretChecker;
  readonly executions: Executions;
  readonly changes: AliasChangeBook;
  readonly drills: DrillBook;
  readonly groups: GroupBook;
  readonly uploads: ReleaseUploader;
  /** Waits for `ms`; used only for polling Lambda. */
  readonly sleep: (ms: number) => Promise<void>;
}
