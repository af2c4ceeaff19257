// The links of a simulated cluster, as far as bag generations are concerned: which generation each is keyed with, which keys each end
// still has. A dialler uses the generation that its installed version says, a listener takes those that its own says; links of a
// generation that is retired go on until their calls are done, and then the keys are erased. Callers: the simulated world.
import type { LinkGenerations } from '#commlink/configuration/blocks/manifest.ts';
import type { Checks } from './checks.ts';
import type { SimulatedNode } from './simulated-node.ts';

interface OpenLink {
  readonly generation: number;
  isDraining: boolean;
}

/** What the links need of the world. */
export interface LinkSurroundings {
  readonly checks: Checks;
  readonly drainsLinks: boolean;
  node(id: string): SimulatedNode | undefined;
  /** Calls `run` after the time that running calls still take. */
  afterCalls(run: () => void): void;
}

/** All links and keys. */
export class SimulatedLinks {
  readonly #world: LinkSurroundings;
  /** By pair. */
  readonly #open = new Map<string, Set<OpenLink>>();
  /** By end and pair: the generations whose keys it has. */
  readonly #keys = new Map<string, Set<number>>();

  constructor(world: LinkSurroundings) {
    this.#world = world;
  }

  /** Brings a node's links in line with what it has installed, at its start and after each install. */
  adopt(node: SimulatedNode): void {
    for (const link of node.state?.installed.links ?? []) {
      if (link.from !== node.id && link.to !== node.id) continue;
      const keys = this.#keysOf(node.id, link);
      for (const generation of link.accept) keys.add(generation);
      this.#dial(link);
      const retired = [...keys].filter((generation) => !link.accept.includes(generation));
      for (const generation of retired) this.#retire(node, link, generation);
    }
  }

  /** A node went down: its links are gone, and with them the need for retired keys. */
  closeAll(node: SimulatedNode): void {
    for (const [pair, links] of this.#open) if (pair.split(' ').includes(node.id)) links.clear();
  }

  /** Opens the link that the dialler's version asks for, if both take part, and drains those of other generations. */
  #dial({ from, to }: LinkGenerations): void {
    const [dialler, listener] = [this.#world.node(from), this.#world.node(to)];
    const asDialled = linkOf(dialler, from, to);
    const asAccepted = linkOf(listener, from, to);
    if (!dialler || !listener || !asDialled || !asAccepted) return;
    if (!asAccepted.accept.includes(asDialled.send)) {
      const detail = `${from} sends ${asDialled.send}, ${to} accepts ${asAccepted.accept.join(' and ')}`;
      return this.#world.checks.report('link_cut', detail);
    }
    const links = this.#linksOf(asDialled);
    if (![...links].some(({ generation }) => generation === asDialled.send)) {
      links.add({ generation: asDialled.send, isDraining: false });
    }
    for (const link of links) if (link.generation !== asDialled.send) this.#drain(asDialled, link);
  }

  #retire(node: SimulatedNode, link: LinkGenerations, generation: number): void {
    const inUse = [...this.#linksOf(link)].filter((open) => open.generation === generation);
    if (inUse.length > 0 && this.#world.drainsLinks) {
      for (const open of inUse) this.#drain(link, open);
      return;
    }
    if (inUse.length > 0) {
      this.#world.checks.report(
        'keys_erased_in_use',
        `${node.id}: generation ${generation} of ${pairOf(link)}`,
      );
    }
    this.#keysOf(node.id, link).delete(generation);
  }

  #drain(link: LinkGenerations, open: OpenLink): void {
    if (open.isDraining) return;
    open.isDraining = true;
    this.#world.afterCalls(() => {
      this.#linksOf(link).delete(open);
      for (const node of [this.#world.node(link.from), this.#world.node(link.to)]) if (node) this.adopt(node);
    });
  }

  #linksOf(link: LinkGenerations): Set<OpenLink> {
    return entryOf(this.#open, pairOf(link));
  }

  #keysOf(id: string, link: LinkGenerations): Set<number> {
    return entryOf(this.#keys, `${id} of ${pairOf(link)}`);
  }
}

function pairOf({ from, to }: LinkGenerations): string {
  return `${from} ${to}`;
}

/** The link as the node's installed version has it; undefined unless both its ends are active in that version. */
function linkOf(node: SimulatedNode | undefined, from: string, to: string): LinkGenerations | undefined {
  const installed = node?.state?.installed;
  if (!installed?.active.includes(from) || !installed.active.includes(to)) return undefined;
  return installed.links.find((link) => link.from === from && link.to === to);
}

function entryOf<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  const existing = sets.get(key);
  if (existing) return existing;
  const added = new Set<T>();
  sets.set(key, added);
  return added;
}
