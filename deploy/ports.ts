// The ports of a one-machine installation: a row of them from CONSIGN_PORT_BASE on, all on one address.
// Called by prepare-state.ts; a port that is taken is said before anything starts.
import { createServer } from 'node:net';
import { StartupError } from '#commlink/process-lifecycle.ts';

/** Where everything listens, when nothing else was asked for. */
export const listenHost = '127.0.0.1';

/** The name that customers and browsers use for it. */
export const loopbackName = 'localhost';

/** The first of the ports when CONSIGN_PORT_BASE does not say otherwise. */
export const portBaseDefault = 8440;

/** How many ports one installation has, passive ports included. */
export const portsInRow = 60;

const portBase = { min: 1024, max: 65_535 - portsInRow + 1 };

/** Every port, by what it is for. */
export interface Ports {
  readonly portal: number;
  readonly console: number;
  readonly delivery: number;
  readonly ftp: number;
  readonly sftp: number;
  readonly internalDbLink: number;
  readonly webFrontLink: number;
  readonly internalDbAdministration: number;
  readonly webFrontAdministration: number;
  readonly ftpNodeAdministration: number;
  readonly passive: { readonly from: number; readonly to: number };
}

/** Reads CONSIGN_PORT_BASE (undefined: 8440). Throws StartupError `PORT_BASE_INVALID`. */
export function parsePortBase(text: string | undefined): number {
  if (text === undefined || text === '') return portBaseDefault;
  const base = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (base >= portBase.min && base <= portBase.max) return base;
  throw new StartupError(
    'PORT_BASE_INVALID',
    `CONSIGN_PORT_BASE is "${text}". Give a number from ${portBase.min} to ${portBase.max}; the ${portsInRow} ports from there on are used.`,
  );
}

/** Lays out the ports from `base` on. */
export function layOutPorts(base: number): Ports {
  return {
    portal: base,
    console: base + 1,
    delivery: base + 2,
    ftp: base + 3,
    sftp: base + 4,
    internalDbLink: base + 5,
    webFrontLink: base + 6,
    internalDbAdministration: base + 7,
    webFrontAdministration: base + 8,
    ftpNodeAdministration: base + 9,
    passive: { from: base + 10, to: base + portsInRow - 1 },
  };
}

/** A port that a program of this machine is going to listen on. */
export interface ListeningPort {
  /** In words, for people: `console`, `internal db link`. */
  readonly purpose: string;
  readonly host: string;
  readonly port: number;
}

/** Tries each port once. Throws StartupError `PORT_TAKEN` with the port and what it is for. */
export async function checkPortsFree(listening: readonly ListeningPort[]): Promise<void> {
  for (const { purpose, host, port } of listening) {
    const code = await tryPort(host, port);
    if (code === null) continue;
    const lowest = Math.min(...listening.map((each) => each.port));
    throw new StartupError(
      'PORT_TAKEN',
      `Port ${port} (${purpose}) can't be used: ${code === 'EADDRINUSE' ? 'another program has it' : code}. Stop that program, or choose other ports, for example: CONSIGN_PORT_BASE=${suggestBase(lowest)} npm start`,
    );
  }
}

function suggestBase(taken: number): number {
  return taken + 100 <= portBase.max ? taken + 100 : portBaseDefault;
}

/** The error code of listening at the port; null when it is free. */
function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}
