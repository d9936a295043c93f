import type { PlaceFound } from '../../domain/group/outcome.ts';
import type { Ports } from '../ports.ts';
import type { RolloutRecord } from '../rollout/records.ts';
import type { Group, GroupPart } from './records.ts';

type Needs = Pick<Ports, 'ledger'>;

/** All rollouts of a group's members, in the order in which they were begun. `rollouts` is the executions' ARN without a name. */
export async function rolloutsOf({ members }: Group, rollouts: string, ports: Needs): Promise<RolloutRecord[]> {
  const found = await Promise.all(members.map((part) => rolloutsOfMember(part, rollouts, ports)));
  return found.flat();
}

/** What is found of each member in each environment of its policy, member by member. */
export async function placesOf(
  { members }: Pick<Group, 'members'>,
  rollouts: string,
  ports: Needs,
): Promise<PlaceFound[][]> {
  return Promise.all(members.map((part) => placesOfMember(part, rollouts, ports)));
}

async function placesOfMember(part: GroupPart, rollouts: string, ports: Needs): Promise<PlaceFound[]> {
  const { function: name, version: to, environments } = part;
  const begun = await rolloutsOfMember(part, rollouts, ports);
  return Promise.all(
    environments.map(async ({ name: environment, from }) => {
      const rollout = begun.find((one) => one.environment === environment);
      const serves = (await ports.ledger.current({ function: name, environment }))?.release;
      const before = rollout ? rollout.stableRelease : from;
      return { function: name, environment, from: before, to, rollout: rollout?.status, serves };
    }),
  );
}

async function rolloutsOfMember(
  { function: name, child }: GroupPart,
  rollouts: string,
  { ledger }: Needs,
): Promise<RolloutRecord[]> {
  return (await ledger.pastRollouts(name)).filter(({ execution }) => execution === `${rollouts}:${child}`);
}
