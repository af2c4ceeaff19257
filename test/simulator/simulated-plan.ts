// Versions as simulated operators compose them: plans without manifests, each content with a name of its own, so that two contents
// are told apart even where a mutant's versions are not. Callers: the simulated world, and the checks.
import type { LinkGenerations } from '#commlink/configuration/blocks/manifest.ts';
import type { Plan } from '#commlink/configuration/protocol/plan.ts';
import type { ChangeKind } from './schedule.ts';

/** A plan, and what the simulation knows beside it. */
export interface SimulatedPlan extends Plan {
  /** Names what is in it, and its parent's. */
  readonly content: string;
  readonly parentContent: string | null;
  /** The nodes that can't stage it. */
  readonly unpreparableAt: readonly string[];
}

/** What an operator wants to publish. */
export interface Change {
  readonly kind: ChangeKind;
  /** Chooses whom it is about, modulo the choices. */
  readonly pick: number;
  /** A node that is not a member yet, for `join`. */
  readonly joiner: string | null;
  readonly seq: number;
  readonly digest: string;
}

/** The first version: all of them active. */
export function composeFirst(
  members: readonly [string, ...string[]],
  declineFrom: 'staged' | 'ready',
): SimulatedPlan {
  return {
    content: 'first',
    parentContent: null,
    unpreparableAt: [],
    version: { seq: 1, digest: 'first' },
    parent: null,
    anchor: members[0],
    active: members,
    known: members,
    barrier: members,
    declineFrom,
    links: linksBetween(members, []),
  };
}

/** A child of `parent` with the change, or null where it makes no sense. */
export function composeChange(parent: SimulatedPlan, change: Change): SimulatedPlan | null {
  const edited = edit(parent, change);
  if (!edited) return null;
  const known = edited.known ?? parent.known;
  const active = (edited.active ?? parent.active).filter((id) => known.includes(id));
  const links = edited.links ?? linksBetween(known, parent.links);
  return {
    ...parent,
    unpreparableAt: [],
    ...edited,
    known,
    active,
    links,
    content: `${change.seq}.${change.digest}`,
    parentContent: parent.content,
    version: { seq: change.seq, digest: change.digest },
    parent: parent.version,
    barrier: parent.active.filter((id) => known.includes(id)),
  };
}

/** A child of `parent` without these members; another anchor is chosen when it is one of them. */
export function composeEviction(
  parent: SimulatedPlan,
  evicted: readonly string[],
  version: { seq: number; digest: string },
): SimulatedPlan | null {
  const known = parent.known.filter((id) => !evicted.includes(id));
  const active = parent.active.filter((id) => known.includes(id));
  const anchor = active.includes(parent.anchor) ? parent.anchor : active[0];
  if (anchor === undefined) return null;
  const plan = composeChange(parent, { kind: 'settings', pick: 0, joiner: null, ...version });
  const links = linksBetween(known, parent.links);
  return plan && { ...plan, known, active, anchor, links, barrier: active };
}

type Edit = Partial<Pick<SimulatedPlan, 'known' | 'active' | 'anchor' | 'links' | 'unpreparableAt'>>;

function edit(parent: SimulatedPlan, { kind, pick, joiner }: Change): Edit | null {
  const { known, active, anchor, links } = parent;
  const choose = (choices: readonly string[]) => choices[pick % choices.length];
  const others = active.filter((id) => id !== anchor);
  switch (kind) {
    case 'settings':
    case 'abort':
      return {};
    case 'unpreparable':
      return { unpreparableAt: [choose(known) ?? anchor] };
    case 'join':
      return joiner === null ? null : { known: [...known, joiner] };
    case 'activate': {
      const learner = choose(known.filter((id) => !active.includes(id)));
      return learner === undefined ? null : { active: [...active, learner] };
    }
    case 'demote': {
      const demoted = others.length > 1 ? choose(others) : undefined;
      return demoted === undefined ? null : { active: active.filter((id) => id !== demoted) };
    }
    case 'evict': {
      const evicted = known.length > 2 ? choose(known.filter((id) => id !== anchor)) : undefined;
      return evicted === undefined ? null : { known: known.filter((id) => id !== evicted) };
    }
    case 'evict_anchor': {
      const next = others.length > 1 ? choose(others) : undefined;
      return next === undefined ? null : { known: known.filter((id) => id !== anchor), anchor: next };
    }
    case 'rotate':
      return { links: links.map((link) => rotate(link, pick)) };
  }
}

/** The next step: accept, send, retire; now and then an abort before the last. */
function rotate(link: LinkGenerations, pick: number): LinkGenerations {
  const { accept, send } = link;
  const newest = Math.max(...accept);
  if (accept.length === 1) return { ...link, accept: [...accept, newest + 1] };
  if (send === newest)
    return pick % 5 === 0 ? { ...link, send: Math.min(...accept) } : { ...link, accept: [send] };
  return { ...link, send: newest };
}

/** A link for each pair of members; those that exist stay as they are. */
function linksBetween(
  members: readonly string[],
  existing: readonly LinkGenerations[],
): readonly LinkGenerations[] {
  const kept = existing.filter(({ from, to }) => members.includes(from) && members.includes(to));
  const added = members.flatMap((from, index) =>
    members
      .slice(index + 1)
      .filter((to) => !kept.some((link) => link.from === from && link.to === to))
      .map((to) => ({ from, to, accept: [1], send: 1, sendSinceMs: 0 })),
  );
  return added.length === 0 ? kept : [...kept, ...added];
}
