// All links that this node is to dial: a slot for each, made, aimed elsewhere, or given up as the configuration changes.
// Caller: commlink.ts.
import type { LinkPlan } from '../node-config.ts';
import { DialSlot, type DialAim, type DialSlotSurroundings } from './dial-slot.ts';
import type { PortRange } from './local-port.ts';
import type { MemberIndex } from './members.ts';

/** The slots of one process. */
export class DialSlots {
  readonly #surroundings: DialSlotSurroundings;
  readonly #localPorts: PortRange;
  readonly #slots = new Map<string, DialSlot>();

  constructor(surroundings: DialSlotSurroundings, localPorts: PortRange) {
    this.#surroundings = surroundings;
    this.#localPorts = localPorts;
  }

  /** Dials what the plan has; the context and the table have taken the plan already. */
  adopt(plan: LinkPlan, index: MemberIndex): void {
    const aims = this.#aimsOf(plan, index);
    for (const [name, slot] of this.#slots) {
      if (aims.has(name)) continue;
      this.#slots.delete(name);
      void slot.handOver();
    }
    for (const [name, aim] of aims) {
      const slot = this.#slots.get(name);
      if (slot) slot.adopt(aim);
      else this.#slots.set(name, new DialSlot(aim, this.#surroundings));
    }
  }

  /** Dials no more. The links that are up stay for their owner to drain. */
  async stop(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slot) => slot.stop()));
  }

  /** By node and a number, so that a slot stays the same when the address or the count changes. */
  #aimsOf(plan: LinkPlan, { byName }: MemberIndex): Map<string, DialAim> {
    const { linkAgeMaxMs } = plan;
    const countById = new Map<string, number>();
    const aims = new Map<string, DialAim>();
    for (const { peer: name, host, port, connections } of plan.dial) {
      const peer = byName.get(name);
      if (!peer) throw new TypeError(`${name} is dialled but is not a member.`);
      const target = { peer, host, port, localPorts: this.#localPorts };
      const before = countById.get(peer.id) ?? 0;
      countById.set(peer.id, before + connections);
      for (let number = before; number < before + connections; number += 1)
        aims.set(`${peer.id} ${number}`, { target, linkAgeMaxMs });
    }
    return aims;
  }
}
