// Takes the Telnet signals out of the control connection's bytes (RFC 959 section 4.1.3; RFC 854). Clients put
// `IAC IP IAC DM` in front of ABOR. Caller: control-lines.ts. Trusts nothing; keeps one byte of state.

const interpretAsCommand = 0xff;
const subnegotiationBegin = 0xfa;
const subnegotiationEnd = 0xf0;
const firstSignal = 0xf0;
const firstOptionSignal = 0xfb;

/** A filter for one control connection. */
export class TelnetFilter {
  #state: 'data' | 'signal' | 'option' | 'subnegotiation' | 'subnegotiation-signal' = 'data';

  /** The byte as data, or null when it belongs to a Telnet signal. `IAC IAC` is the data byte 255. */
  pass(byte: number): number | null {
    switch (this.#state) {
      case 'data':
        if (byte !== interpretAsCommand) return byte;
        this.#state = 'signal';
        return null;
      case 'signal':
        return this.#passSignal(byte);
      case 'option':
        this.#state = 'data';
        return null;
      case 'subnegotiation':
        if (byte === interpretAsCommand) this.#state = 'subnegotiation-signal';
        return null;
      case 'subnegotiation-signal':
        this.#state = byte === subnegotiationEnd ? 'data' : 'subnegotiation';
        return null;
    }
  }

  #passSignal(byte: number): number | null {
    this.#state = 'data';
    if (byte === interpretAsCommand) return byte;
    if (byte === subnegotiationBegin) this.#state = 'subnegotiation';
    else if (byte >= firstOptionSignal) this.#state = 'option';
    // The Data Mark is urgent data and the kernel may have kept it: then what follows the IAC is already the command.
    return byte < firstSignal ? byte : null;
  }
}
