// Which internal-db is asked, of those that are linked: the one that asked the question which this call answers; else one by
// the session or name that the call is about, the same at every web-front, so that what it has in memory of somebody (delays
// after wrong passwords, a password given lately) is met again. Nothing depends on that: the others know all that counts.
// Called by internal-db-client.ts and relay.ts.
import { createHash } from 'node:crypto';
import { findAsker } from '#commlink/challenge-token.ts';
import type { Member } from '#commlink/node-config.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import type { NodeLinks } from './node-links.ts';

/** An internal-db, and whether it has a live link; else one has to come up in time. */
export interface ChosenInternalDb {
  readonly name: string;
  readonly isLinked: boolean;
}

/** What is known of the call. */
export interface ChoiceWish {
  readonly params: object;
  /** The name of one that was asked already, in vain: another one is taken where there is one. */
  readonly except?: string;
}

/** RpcError `unavailable` when the cluster has none. */
export function chooseInternalDb(commlink: NodeLinks, { params, except }: ChoiceWish): ChosenInternalDb {
  const isLeft = ({ name }: Member): boolean => name !== except;
  const allLinked = commlink.linked('internal-db');
  const linked = allLinked.some(isLeft) ? allLinked.filter(isLeft) : allLinked;
  const chosen = linked.length > 1 ? chooseFor(params, linked) : linked[0];
  if (chosen) return { name: chosen.name, isLinked: true };
  const known = commlink.members('internal-db');
  const awaited = known.find(isLeft) ?? known[0];
  if (!awaited) throw new RpcError('unavailable', 'No internal-db is configured.');
  return { name: awaited.name, isLinked: false };
}

/** Rendezvous hashing: when one goes, only those that were with it go to others. */
function chooseFor(params: object, members: readonly Member[]): Member | undefined {
  const { challenge, ticket, session, username } = params as Readonly<Record<string, unknown>>;
  const question = challenge ?? ticket;
  const asker = typeof question === 'string' ? findAsker(question, members) : undefined;
  if (asker) return asker;
  const about = [session, username].find((value) => typeof value === 'string') ?? '';
  const weightOf = ({ id }: Member): string => createHash('sha256').update(`${id} ${about}`).digest('hex');
  const weighed = members.map((member) => ({ member, weight: weightOf(member) }));
  return weighed.toSorted((a, b) => (a.weight < b.weight ? 1 : -1))[0]?.member;
}
