import { checkAnswer, type ContractCase } from '../domain/contract.ts';
import { expected, InvalidReleaseError } from '../domain/errors.ts';
import type { Move } from '../domain/next-move.ts';
import type { ReturningRelease } from '../domain/release.ts';
import { type Progress, verifyCandidateInput, type VerifyCandidateInput } from './inputs.ts';
import type { Ports } from './ports.ts';
import { attest } from './rollout/evidence.ts';
import { keepLock } from './rollout/guard.ts';
import { opening } from './rollout/opening.ts';
import { wakeTarget } from './rollout/rollback-target.ts';
import { defineStep, serve } from './runtime.ts';

type Needs = Pick<Ports, 'functions' | 'ledger' | 'sleep'>;

/** What a hook function may answer; anything but `ok: false` and an error lets the release pass. */
interface HookAnswer {
  readonly ok?: boolean;
  readonly reason?: string;
}

/**
 * Invokes the candidate directly, at 0 % of the traffic: once for each contract case, then the policy's hook. Safe to
 * repeat. Warming comes later, right before each share: environments that nobody uses do not last.
 * The target of a rollback has been through that; it is woken instead. One that is redriven first asks whether the rollout
 * still is its own.
 * @throws ConcurrentChangeError when it is not: reject.
 * @throws InvalidReleaseError listing every answer that broke the contract: reject.
 */
export async function verifyCandidate(
  input: VerifyCandidateInput,
  ports: Needs,
): Promise<{ move: Move; progress: Progress }> {
  if (input.execution.redriven) await keepLock(input, ports.ledger);
  if (input.release.kind === 'rollback') return awake(input.release, input, ports);
  const violations: string[] = [];
  for (const one of input.release.contract) violations.push(...(await checkCase(one, input, ports)));
  if (violations.length === 0) violations.push(...(await runHook(input, ports)));
  await attest(input, ports.ledger, { cases: input.release.contract.map(({ name }) => name), violations });
  if (violations.length > 0) {
    const what = `version ${input.candidate.version} to keep the contract of ${input.release.function} ${input.release.version}`;
    throw new InvalidReleaseError(
      expected(what, violations.join('; '), 'mend the code or the contract and release a newer version'),
    );
  }
  const move = opening(input);
  return { move, progress: start(input, move) };
}

/** What has served before keeps its contract; it only has to be awake. */
async function awake(release: ReturningRelease, input: VerifyCandidateInput, ports: Needs) {
  const states = await wakeTarget(release, ports);
  await attest(input, ports.ledger, { states });
  const move: Move = { kind: 'promote', reason: `asked for by ${release.rollback.by}: ${release.rollback.why}` };
  return { move, progress: start(input, move) };
}

/** A slow first answer may be a cold start: it is asked again before it counts. */
async function checkCase(one: ContractCase, input: VerifyCandidateInput, ports: Needs): Promise<string[]> {
  const ask = () => ports.functions.invoke(input.release.function, input.candidate.version, one.event);
  const first = checkAnswer(one, await ask());
  return first.length === 0 ? [] : checkAnswer(one, await ask());
}

async function runHook({ release, plan, candidate }: VerifyCandidateInput, { functions }: Needs): Promise<string[]> {
  const hook = plan.verify?.hook;
  if (!hook) return [];
  const event = {
    function: release.function,
    release: release.version,
    version: candidate.version,
    environment: plan.environment,
  };
  const answer = await functions.invoke(hook, undefined, event);
  const said = (answer.payload ?? {}) as HookAnswer;
  if (answer.functionError) return [`hook ${hook} failed: ${JSON.stringify(answer.payload)}`];
  return said.ok === false ? [`hook ${hook} said no: ${said.reason ?? 'no reason given'}`] : [];
}

function start({ step, rollout }: VerifyCandidateInput, move: Move): Progress {
  const heldSince = move.kind === 'hold' ? step.now : null;
  const routing = rollout.saved;
  return {
    phase: 'steps',
    step: -1,
    percent: 0,
    enteredAt: step.now,
    raisedAt: [],
    heldSince,
    waitSeconds: 0,
    routing,
  };
}

export const step = defineStep({
  state: 'VerifyCandidate',
  input: verifyCandidateInput,
  mutates: true,
  run: verifyCandidate,
});
export const handler = serve(step);
