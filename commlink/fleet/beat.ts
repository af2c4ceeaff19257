// The beat: what an appliance says of itself every so often, signed. The agent makes it, internal-db verifies and keeps it. What
// an appliance says of itself it may say wrongly: it is shown and judged, and opens nothing.
import { readMessageBase, readSlug, type ApplianceMessageBase } from './appliance-message.ts';
import { FieldReader } from './field-reader.ts';
import { parseTargetPath, sha256, version, type TargetPath } from './fleet-names.ts';
import {
  beatListMax,
  beatPluginsMax,
  beatProblemsMax,
  beatResultsMax,
  beatWaitingMax,
  loadAverageMax,
  outputCharactersMax,
  timeMsMax,
} from './limits.ts';

/** Why it beats now. */
const beatCauses = ['cycle', 'ping', 'installed', 'start'] as const;
/** Why it beats now. */
export type BeatCause = (typeof beatCauses)[number];

/** How an installation ended. */
const installOutcomes = ['installed', 'failed', 'rolled_back', 'refused'] as const;
/** How an installation ended. */
export type InstallOutcome = (typeof installOutcomes)[number];

/** The machine. `loadAverage` is that of one minute. */
export interface MachineState {
  readonly loadAverage: number;
  readonly memoryFreeBytes: number;
  readonly memoryBytes: number;
  readonly diskFreeBytes: number;
  readonly diskBytes: number;
  readonly uptimeSeconds: number;
}

/** A package that is installed. */
export interface InstalledPackage {
  readonly product: string;
  readonly version: string;
  readonly path: TargetPath;
  readonly sha256: string;
}

/** A configuration file that is installed. */
export interface InstalledFile {
  readonly path: TargetPath;
  readonly sha256: string;
}

/** What became of one installation. `code` is stable: `install_timeout`, `wrong_hash`. */
export interface InstallResult {
  readonly path: TargetPath;
  /** The package's version; empty for a file. */
  readonly version: string;
  readonly outcome: InstallOutcome;
  readonly code: string;
  readonly exitCode: number | null;
  readonly output: string;
  readonly atMs: number;
}

/** What a plug-in said. `data` is a JSON text of its own making. */
export interface PluginReport {
  readonly name: string;
  readonly phase: 'initial' | 'post';
  readonly exitCode: number | null;
  readonly output: string;
  readonly data: string | null;
}

/** Something that the agent could not do. */
export interface BeatProblem {
  readonly code: string;
  readonly about: string;
  readonly atMs: number;
}

/** A package of the catalog that is not installed until something else changes. `code`: `unmet_dependency`, `outside_window`. */
export interface WaitingPackage {
  readonly path: TargetPath;
  readonly code: string;
  readonly about: string;
}

/** What was fetched since the last beat. `source`: the node's name, or null. */
export interface BeatDownloads {
  readonly bytes: number;
  readonly resumed: number;
  readonly source: string | null;
}

/** The body of a beat. */
export interface Beat extends ApplianceMessageBase {
  readonly cause: BeatCause;
  /** New at each start of the machine. */
  readonly bootId: string;
  /** Grows by one with each beat of this installation of the agent, and is kept on its disk. */
  readonly counter: number;
  readonly agentVersion: string;
  /** The machine's clock less the centre's, as far as the agent knows. */
  readonly clockOffsetMs: number;
  readonly machine: MachineState;
  /** SHA-256 of what tells this machine from others. */
  readonly hardware: string;
  /** The catalog that it goes by. */
  readonly catalog: { readonly sha256: string; readonly version: number } | null;
  readonly installed: readonly InstalledPackage[];
  readonly files: readonly InstalledFile[];
  readonly results: readonly InstallResult[];
  readonly plugins: readonly PluginReport[];
  readonly problems: readonly BeatProblem[];
  /** As it stands, in each beat; problems are told once. */
  readonly waiting: readonly WaitingPackage[];
  readonly downloads: BeatDownloads;
}

const word = { max: 64 } as const;
const output = { max: outputCharactersMax } as const;
const digest = { max: 64, pattern: sha256 } as const;
/** An exit code, or the negative number of the signal that ended it. */
const exitCodeMax = 255;

/** Reads what verifyApplianceMessage returned. Throws DocumentError `malformed`. */
export function readBeat(value: unknown): Beat {
  const reader = new FieldReader('beat', value);
  return {
    ...readMessageBase('beat', value),
    cause: reader.choice('cause', beatCauses),
    bootId: reader.text('bootId', word),
    counter: reader.count('counter'),
    agentVersion: reader.text('agentVersion', word),
    clockOffsetMs: reader.quantity('clockOffsetMs', { min: -timeMsMax, max: timeMsMax }),
    machine: readMachine(reader.fields('machine')),
    hardware: reader.text('hardware', digest),
    catalog: reader.optional('catalog', (each) => readCatalogMark(new FieldReader('catalog', each))),
    installed: reader.list('installed', beatListMax, (each) =>
      readInstalled(new FieldReader('package', each)),
    ),
    files: reader.list('files', beatListMax, (each) => readFile(new FieldReader('file', each))),
    results: reader.list('results', beatResultsMax, (each) => readResult(new FieldReader('result', each))),
    plugins: reader.list('plugins', beatPluginsMax, (each) => readPlugin(new FieldReader('plug-in', each))),
    problems: reader.list('problems', beatProblemsMax, (each) =>
      readProblem(new FieldReader('problem', each)),
    ),
    waiting: readWaiting(reader),
    downloads: readDownloads(reader.fields('downloads')),
  };
}

function readMachine(reader: FieldReader): MachineState {
  return {
    loadAverage: reader.quantity('loadAverage', { min: 0, max: loadAverageMax }),
    memoryFreeBytes: reader.count('memoryFreeBytes'),
    memoryBytes: reader.count('memoryBytes'),
    diskFreeBytes: reader.count('diskFreeBytes'),
    diskBytes: reader.count('diskBytes'),
    uptimeSeconds: reader.count('uptimeSeconds'),
  };
}

function readCatalogMark(reader: FieldReader): { sha256: string; version: number } {
  return { sha256: reader.text('sha256', digest), version: reader.count('version') };
}

function readInstalled(reader: FieldReader): InstalledPackage {
  return {
    product: readSlug(reader, 'product'),
    version: reader.text('version', { max: 64, pattern: version }),
    path: parseTargetPath(reader.any('path')),
    sha256: reader.text('sha256', digest),
  };
}

function readFile(reader: FieldReader): InstalledFile {
  return { path: parseTargetPath(reader.any('path')), sha256: reader.text('sha256', digest) };
}

function readResult(reader: FieldReader): InstallResult {
  return {
    path: parseTargetPath(reader.any('path')),
    version: reader.text('version', word),
    outcome: reader.choice('outcome', installOutcomes),
    code: reader.text('code', word),
    exitCode: readExitCode(reader),
    output: reader.text('output', output),
    atMs: reader.count('atMs', { max: timeMsMax }),
  };
}

function readPlugin(reader: FieldReader): PluginReport {
  return {
    name: reader.text('name', { max: 200 }),
    phase: reader.choice('phase', ['initial', 'post']),
    exitCode: readExitCode(reader),
    output: reader.text('output', output),
    data: reader.optional('data', () => reader.text('data', output)),
  };
}

function readProblem(reader: FieldReader): BeatProblem {
  const about = reader.text('about', { max: 500 });
  return { code: reader.text('code', word), about, atMs: reader.count('atMs', { max: timeMsMax }) };
}

/** An older agent says nothing of it. */
function readWaiting(reader: FieldReader): WaitingPackage[] {
  if (reader.any('waiting') === undefined) return [];
  return reader.list('waiting', beatWaitingMax, (each) => {
    const one = new FieldReader('waiting package', each);
    const path = parseTargetPath(one.any('path'));
    return { path, code: one.text('code', word), about: one.text('about', { max: 500 }) };
  });
}

function readDownloads(reader: FieldReader): BeatDownloads {
  const source = reader.optional('source', () => reader.text('source', word));
  return { bytes: reader.count('bytes'), resumed: reader.count('resumed'), source };
}

function readExitCode(reader: FieldReader): number | null {
  return reader.optional('exitCode', () => reader.count('exitCode', { min: -exitCodeMax, max: exitCodeMax }));
}
