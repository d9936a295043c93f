import { type AliasChange, changeInWords, pointsAt } from '../domain/outside-change.ts';
import { planRollouts } from '../domain/plan.ts';
import { parsePolicy, type Policy } from '../domain/policy.ts';
import { isUnderway } from './notices.ts';
import { recordAliasChangeInput, type RecordAliasChangeInput } from './outside/inputs.ts';
import type { Notice, Ports } from './ports.ts';
import type { CurrentRelease, Lock, Place } from './rollout/records.ts';
import { defineStep, serve } from './runtime.ts';

/**
 * `notManaged`: no policy speaks of this alias or function. `known`: this event was dealt with before. `asRecorded`: the
 * alias is where the ledger says, or nothing is under way that a change of `$LATEST` could matter to; nobody needs to know.
 * `told`: people were told. `seen`: it was the pipeline itself, so a trail delivers.
 */
export type Noted = { readonly outcome: 'notManaged' | 'known' | 'asRecorded' | 'told' | 'seen' };

type Needs = Pick<Ports, 'policies' | 'ledger' | 'changes' | 'notifier'>;
type Changed<K extends RecordAliasChangeInput['kind']> = Extract<RecordAliasChangeInput, { kind: K }>;

/**
 * Outside the state machine: CloudTrail says that somebody else than the pipeline changed an alias, or a function while a
 * rollout of it is under way. Tells people once who changed what when, and changes nothing itself. A rollout that is under
 * way sees at its next step that the alias is not as it left it; a change of `$LATEST` does not stop it, since users meet
 * published versions. Safe to repeat: CloudTrail delivers at least once.
 */
export async function recordAliasChange(input: RecordAliasChangeInput, ports: Needs): Promise<Noted> {
  switch (input.kind) {
    case 'seen':
      await ports.changes.sawTrail(input.at);
      return { outcome: 'seen' };
    case 'alias':
      return noteAliasChange(input, ports);
    case 'code':
      return input.dryRun ? { outcome: 'asRecorded' } : noteCodeChange(input, ports);
  }
}

/** Writes it down too, for rollouts and for `weighbridge doctor` to say. */
async function noteAliasChange(input: Changed<'alias'>, ports: Needs): Promise<Noted> {
  const { functionName, alias, change } = input;
  const managed = await environmentOf(functionName, alias, ports);
  if (!managed) return { outcome: 'notManaged' };
  const { place, channels } = managed;
  if ((await ports.changes.record(place, change)).told) return { outcome: 'known' };
  const current = await ports.ledger.current(place);
  const lock = await ports.changes.lock(place);
  const quiet = current !== undefined && pointsAt(change, current.lambdaVersion) && !holds(lock);
  if (!quiet && !(await tell({ place, alias, change, current, lock }, channels, ports))) return { outcome: 'known' };
  await ports.changes.told(place, change);
  return { outcome: quiet ? 'asRecorded' : 'told' };
}

/** Told for each environment that is rolling out: there it may be that a rollback cannot give `$LATEST` back. */
async function noteCodeChange({ functionName, change }: Changed<'code'>, ports: Needs): Promise<Noted> {
  const policy = await policyOf(functionName, ports);
  if (!policy) return { outcome: 'notManaged' };
  let told = false;
  for (const { environment } of planRollouts(policy)) {
    const place = { function: functionName, environment };
    const lock = await ports.changes.lock(place);
    if (!holds(lock)) continue;
    const current = await ports.ledger.current(place);
    await tellCodeChange({ place, change, lock, current }, channelsOf(policy), ports);
    told = true;
  }
  return { outcome: told ? 'told' : 'asRecorded' };
}

async function tellCodeChange(
  { place, change, lock, current }: Pick<Subject, 'place' | 'change' | 'current'> & { lock: Lock },
  channels: Channels,
  { notifier }: Needs,
): Promise<void> {
  const what = `the ${change.action === 'UpdateFunctionCode' ? 'code' : 'configuration'} of ${place.function} ($LATEST) was changed ${changeInWords(change)}`;
  const then =
    'users meet published versions, so it goes on, unless its candidate is just being published. If it is rolled back, $LATEST stays as it is now, and the message says so; a later release brings its own code';
  const notice: Notice = {
    id: `code-change/${place.function}/${place.environment}/${change.eventId}`,
    outcome: 'changedFromOutside',
    ...place,
    release: lock.release ?? current?.release ?? '(none recorded)',
    stable: current?.lambdaVersion,
    candidate: undefined,
    reason: `${what}. Rollout ${lock.rollout} is under way: ${then}`,
    execution: lock.owner,
  };
  await notifier.tell(notice, channels, 'rivals');
}

type Channels = Parameters<Ports['notifier']['tell']>[1];

interface Managed {
  readonly place: Place;
  readonly channels: Channels;
}

/**
 * The environment that the alias belongs to, and whom its function's policy tells. Where the policy is broken, people hear of
 * it through the stack's own channels, under the alias's name.
 */
async function environmentOf(functionName: string, alias: string, { policies }: Needs): Promise<Managed | undefined> {
  const { text } = await policies.read(functionName);
  if (text === undefined) return undefined;
  const policy = readable(text);
  if (!policy) return { place: { function: functionName, environment: alias }, channels: null };
  const plan = planRollouts(policy).find((each) => each.alias === alias);
  return plan && { place: { function: functionName, environment: plan.environment }, channels: channelsOf(policy) };
}

async function policyOf(functionName: string, { policies }: Needs): Promise<Policy | undefined> {
  const { text } = await policies.read(functionName);
  return text === undefined ? undefined : readable(text);
}

function channelsOf({ notifications }: Policy): Channels {
  return notifications ? (JSON.parse(JSON.stringify(notifications)) as Channels) : null;
}

function readable(text: string): Policy | undefined {
  try {
    return parsePolicy(text);
  } catch {
    return undefined;
  }
}

interface Subject {
  readonly place: Place;
  readonly alias: string;
  readonly change: AliasChange;
  readonly current: CurrentRelease | undefined;
  readonly lock: Lock | undefined;
}

/** @returns whether people were told; false while another invocation is at it. */
async function tell(subject: Subject, channels: Channels, { notifier }: Needs): Promise<boolean> {
  const { place, change, current, lock } = subject;
  const notice: Notice = {
    id: `alias-change/${place.function}/${place.environment}/${change.eventId}`,
    outcome: 'movedFromOutside',
    kind: 'release',
    ...place,
    release: current?.release ?? '(none recorded)',
    stable: current?.lambdaVersion,
    candidate: change.version,
    reason: inWords(subject),
    execution: holds(lock) ? lock.owner : '',
  };
  return !isUnderway(await notifier.tell(notice, channels, 'rivals'));
}

function inWords({ place, alias, change, current, lock }: Subject): string {
  const what = `alias ${alias} of ${place.function} was changed ${changeInWords(change)}`;
  if (holds(lock))
    return `${what}. Rollout ${lock.rollout} is under way: it stops at its next look at the alias, and leaves it as it is`;
  const options = `--function ${place.function} --environment ${place.environment}`;
  const recorded = current ? `${current.release} (version ${current.lambdaVersion})` : 'nothing yet';
  return `${what}. No rollout is under way; the ledger says ${recorded}. Accept it with \`weighbridge adopt ${options}\`, or undo it with \`weighbridge restore ${options} --why …\`; until then releases are refused`;
}

/** A free lock stays in the table without an owner. */
function holds(lock: Lock | undefined): lock is Lock {
  return lock !== undefined && lock.owner.startsWith('arn:');
}

export const step = defineStep({
  state: 'RecordAliasChange',
  input: recordAliasChangeInput,
  mutates: false,
  run: recordAliasChange,
});
export const handler = serve(step);
