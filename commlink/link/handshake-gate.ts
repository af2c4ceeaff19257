// Bounds the handshakes that run at once, in all and from one address, so that strangers who connect and say nothing
// cannot keep the cluster's own nodes out for long. Caller: psk-listener.ts.
import { handshakesMax, handshakesPerAddressMax } from '../limits.ts';

/** Counts handshakes in progress. */
export class HandshakeGate {
  readonly #countByAddress = new Map<string, number>();
  #count = 0;

  /** Takes a place for an address; undefined when there is none. The function returned gives it back, once. */
  enter(address: string): (() => void) | undefined {
    const fromAddress = this.#countByAddress.get(address) ?? 0;
    if (this.#count >= handshakesMax || fromAddress >= handshakesPerAddressMax) return undefined;
    this.#count += 1;
    this.#countByAddress.set(address, fromAddress + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(address);
    };
  }

  #leave(address: string): void {
    this.#count -= 1;
    const fromAddress = (this.#countByAddress.get(address) ?? 1) - 1;
    if (fromAddress > 0) this.#countByAddress.set(address, fromAddress);
    else this.#countByAddress.delete(address);
  }
}
