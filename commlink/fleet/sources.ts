// Where targets can be fetched: the request of an appliance, and the answer, which names nodes, best first, with credentials that
// are short-lived and for this appliance alone. Callers: the agent, and internal-db, which mints them. How the answer travels, sealed
// and signed, is sources-answer.ts's.
import { readRequestBase, type ApplianceRequestBase } from './appliance-message.ts';
import { FieldReader, parseJson, readText } from './field-reader.ts';
import { DocumentError } from '../document-error.ts';
import { parseTargetPath, type TargetPath } from './fleet-names.ts';
import { catalogTargetsMax, sourcesPerTargetMax, sourcesPlaintextBytesMax } from './limits.ts';

/** The body of a sources-request. */
export interface SourcesRequest extends ApplianceRequestBase {
  readonly targets: readonly TargetPath[];
}

/** The ways of fetching. In clear over `http` and `ftp`: packages only. */
export const transports = ['http', 'https', 'ftp', 'ftps', 'sftp'] as const;
/** A way of fetching. */
export type Transport = (typeof transports)[number];

/** What every source has. */
interface SourceBase {
  /** The node's name, for reports. */
  readonly node: string;
  readonly expiresAtMs: number;
}

/** A signed URL. `ca`: the PEM of what signed the node's certificate, where the system does not know it. */
export interface UrlSource extends SourceBase {
  readonly transport: 'http' | 'https';
  readonly url: string;
  readonly ca: string | null;
}

/** A login that is good for a while. `hostKeys`: the node's, as OpenSSH writes fingerprints (`SHA256:…`), for sftp. */
export interface LoginSource extends SourceBase {
  readonly transport: 'ftp' | 'ftps' | 'sftp';
  readonly host: string;
  readonly port: number;
  readonly login: string;
  readonly password: string;
  /** The file's path after the login. */
  readonly path: string;
  readonly hostKeys: readonly string[];
  readonly ca: string | null;
}

/** One source. */
export type Source = UrlSource | LoginSource;

/** The sources of one target, best first. */
export interface TargetSources {
  readonly path: TargetPath;
  readonly sources: readonly Source[];
}

/** The answer. A target for which there is none yet (it is on its way to a node) has an empty list. */
export interface SourcesReply {
  readonly nowMs: number;
  readonly targets: readonly TargetSources[];
}

const pemCharactersMax = 32_768;

/** Reads what verifyApplianceMessage returned. Throws DocumentError `malformed`. */
export function readSourcesRequest(value: unknown): SourcesRequest {
  const reader = new FieldReader('sources-request', value);
  const targets = reader.list('targets', catalogTargetsMax, parseTargetPath);
  return { ...readRequestBase('sources-request', value), targets };
}

/** Reads the answer. Throws DocumentError `malformed`. */
export function readSourcesReply(text: string): SourcesReply {
  if (text.length > sourcesPlaintextBytesMax)
    throw new DocumentError('malformed', 'The list of sources is too long.');
  const reader = new FieldReader('list of sources', parseJson('list of sources', text));
  const targets = reader.list('targets', catalogTargetsMax, (value) => {
    const target = new FieldReader('target', value);
    return {
      path: parseTargetPath(target.any('path')),
      sources: target.list('sources', sourcesPerTargetMax, readSource),
    };
  });
  return { nowMs: reader.count('nowMs'), targets };
}

function readSource(value: unknown): Source {
  const reader = new FieldReader('source', value);
  const base = {
    node: reader.text('node', { max: 64 }),
    expiresAtMs: reader.count('expiresAtMs'),
    ca: reader.optional('ca', () => reader.text('ca', { max: pemCharactersMax })),
  };
  const transport = reader.choice('transport', transports);
  if (transport === 'http' || transport === 'https') {
    const url = reader.text('url', { max: 4096 });
    const isFitting = URL.canParse(url) && new URL(url).protocol === `${transport}:`;
    return isFitting ? { ...base, transport, url } : reader.refuse('url');
  }
  return {
    ...base,
    transport,
    host: reader.text('host', { max: 255, pattern: /^[A-Za-z0-9.:_-]+$/ }),
    port: reader.count('port', { min: 1, max: 65_535 }),
    login: reader.text('login', { max: 255, pattern: /^[\x21-\x7e]+$/ }),
    password: reader.text('password', { max: 4096, pattern: /^[\x21-\x7e]+$/ }),
    // Neither control characters, which would end an FTP command, nor a way upwards.
    path: reader.text('path', { max: 1024, pattern: /^(?!.*(?:^|\/)\.\.(?:\/|$))[\x20-\x7e]+$/ }),
    hostKeys: reader.list('hostKeys', 8, (key) => readText('host key', key, { max: 128 })),
  };
}
