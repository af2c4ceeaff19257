// What a version changes, for the operator who is to sign it: members, links, operators, invitations, settings, and which
// nodes get something sealed anew. Pure. Called by config sign. Read from the two manifests, not from their authors' words.
import type { LinkGenerations, Manifest } from '#commlink/configuration/blocks/manifest.ts';
import { formatTime } from '../text.ts';
import { describeChanges, type Change } from './configuration-changes.ts';

/** Two versions, and the changes of the configuration between them; null when the operator can't open the second. */
export interface Proposal {
  readonly before: Manifest;
  readonly after: Manifest;
  readonly changes: readonly Change[] | null;
}

/** The lines, heading first. */
export function describeProposal({ before, after, changes }: Proposal): string[] {
  const { seq, publishedBy, publishedAtMs, reason } = after;
  const lines = [
    ...describeMembers(before, after),
    ...describeOperators(before, after),
    ...describeInvitations(before, after),
    ...describeLinks(before, after),
    ...describeSealed(after),
    ...(changes === null
      ? ['  The settings can not be shown to you: this version takes your key out.']
      : describeChanges(changes)),
  ];
  return [
    `Version ${seq} by ${publishedBy}, ${formatTime(publishedAtMs)}: ${reason}`,
    ...(lines.length > 0 ? lines : ['  It changes nothing.']),
  ];
}

function describeMembers(before: Manifest, after: Manifest): string[] {
  const old = new Map(before.members.map((member) => [member.id, member]));
  const ids = new Set(after.members.map(({ id }) => id));
  const come = after.members.flatMap(({ id, name, role, state }) => {
    const known = old.get(id);
    if (!known) return [`  node ${name} (${role}) comes in as ${state}, with the key ${id}`];
    return known.state === state ? [] : [`  node ${name} becomes ${state}`];
  });
  const go = before.members
    .filter(({ id }) => !ids.has(id))
    .map(({ name, role, id }) => `  node ${name} (${role}) is EVICTED, with the key ${id}`);
  const anchorName = after.members.find(({ id }) => id === after.anchor)?.name ?? after.anchor;
  const anchor = before.anchor === after.anchor ? [] : [`  node ${anchorName} becomes the anchor`];
  return [...come, ...go, ...anchor];
}

function describeOperators({ operators: before }: Manifest, { operators: after }: Manifest): string[] {
  const had = new Set(before.keys.map(({ id }) => id));
  const has = new Set(after.keys.map(({ id }) => id));
  const threshold =
    before.threshold === after.threshold && before.keys.length === after.keys.length
      ? []
      : [
          `  ${after.threshold} of ${after.keys.length} operators must sign (now ${before.threshold} of ${before.keys.length})`,
        ];
  return [
    ...after.keys
      .filter(({ id }) => !had.has(id))
      .map(({ name, id }) => `  operator ${name} comes in, with the key ${id}`),
    ...before.keys.filter(({ id }) => !has.has(id)).map(({ name }) => `  operator ${name} is TAKEN OUT`),
    ...threshold,
  ];
}

function describeInvitations(before: Manifest, after: Manifest): string[] {
  const had = new Set(before.invitations.map(({ ticket }) => ticket));
  return after.invitations
    .filter(({ ticket }) => !had.has(ticket))
    .map(
      ({ name, role, expiresAtMs }) =>
        `  a machine may join as ${name} (${role}) until ${formatTime(expiresAtMs)}`,
    );
}

function describeLinks(before: Manifest, after: Manifest): string[] {
  const names = new Map([...before.members, ...after.members].map(({ id, name }) => [id, name]));
  const keyOf = ({ from, to }: LinkGenerations): string =>
    `${names.get(from) ?? from} → ${names.get(to) ?? to}`;
  const textOf = ({ accept, send }: LinkGenerations): string =>
    `uses g${send}, takes ${accept.map((each) => `g${each}`).join(' ')}`;
  const old = new Map(before.links.map((link) => [keyOf(link), textOf(link)]));
  return after.links.flatMap((link) => {
    const was = old.get(keyOf(link));
    const is = textOf(link);
    if (was === is) return [];
    return [`  link ${keyOf(link)}: ${is}${was === undefined ? ' (new)' : ` (now ${was})`}`];
  });
}

/** Its author could seal to a node what the operators' own copy does not show, so it is named. */
function describeSealed({ seq, sections, members }: Manifest): string[] {
  const names = new Map(members.map(({ id, name }) => [id, name]));
  const fresh = sections.filter((section) => section.seq === seq && names.has(section.recipient));
  const kinds = fresh.map(({ recipient, id }) => `${names.get(recipient)} ${id.split('.')[0]}`);
  return kinds.length === 0 ? [] : [`  sealed anew: ${[...new Set(kinds)].join(', ')}`];
}
