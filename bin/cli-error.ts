// What ends a command without its result: a plain sentence for the person and an exit code for the script.
// Thrown by the commands, turned into output by main.ts.
import {
  ConfigurationError,
  type ConfigurationErrorCode,
} from '#commlink/configuration/configuration-error.ts';
import { PublishError } from '#commlink/operator/publish-error.ts';
import { RpcError, type RpcErrorCode } from '#commlink/rpc-error.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';

/** The exit codes, as the help lists them. */
export const exitCodes = {
  done: 0,
  /** Refused, failed, or found broken. */
  failed: 1,
  /** The command line was wrong. */
  usage: 2,
  /** Consign is not running, or could not be reached. */
  unreachable: 3,
  /** Something that was named does not exist. */
  notFound: 4,
  /** The name is taken, or the thing changed meanwhile. */
  conflict: 5,
  /** Handed in, and not done yet. */
  pending: 6,
  /** As shells count SIGINT. */
  interrupted: 130,
} as const;

/** A command's failure. `message` is whole sentences: what is wrong, what to do. */
export class CliError extends Error {
  readonly code: keyof typeof exitCodes;

  constructor(code: keyof typeof exitCodes, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
  }
}

const ofRpcCode: Partial<Record<RpcErrorCode, keyof typeof exitCodes>> = {
  not_found: 'notFound',
  conflict: 'conflict',
  bad_request: 'usage',
  disconnected: 'unreachable',
  unavailable: 'unreachable',
  deadline: 'unreachable',
};

/** Of versions and changes of the configuration; the rest is `failed`. */
const ofConfigurationCode: Partial<Record<ConfigurationErrorCode | PublishCode, keyof typeof exitCodes>> = {
  stale: 'conflict',
  not_a_successor: 'conflict',
  superseded: 'conflict',
  nothing_to_do: 'conflict',
  not_a_member: 'notFound',
  not_heard: 'unreachable',
  cancelled: 'interrupted',
};
type PublishCode = 'superseded' | 'cancelled';

const adviceOfRpcCode: Partial<Record<RpcErrorCode, string>> = {
  bad_request: 'See --help for what the command takes.',
  disconnected: 'The connection broke before the answer came: look at `consign audit` whether it was done.',
  deadline: 'No answer came in time: look at `consign audit` whether it was done, and at `consign doctor`.',
  unknown_method: 'The running Consign is of another version than this command. Restart it with npm start.',
};

/** Any error as a CliError; null for one that is a fault of the program and needs its stack. */
export function toCliError(error: unknown): CliError | null {
  if (error instanceof CliError) return error;
  if (error instanceof StartupError) return new CliError('failed', error.message, { cause: error });
  if (error instanceof ConfigurationError || error instanceof PublishError) {
    const code = ofConfigurationCode[error.code as ConfigurationErrorCode] ?? 'failed';
    return new CliError(code, error.message, { cause: error });
  }
  if (!(error instanceof RpcError)) return null;
  const advice = adviceOfRpcCode[error.code];
  const message = advice === undefined ? error.message : `${endSentence(error.message)} ${advice}`;
  return new CliError(ofRpcCode[error.code] ?? 'failed', message, { cause: error });
}

function endSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
