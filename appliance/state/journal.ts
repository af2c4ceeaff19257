// The agent's memory over restarts and power cuts: what is installed, what was begun and not ended, what the next beat has to
// tell. One small file, replaced as a whole at each change, so that it is always true. Callers: the cycle, the installer,
// recovery and the commands. Trusts the state directory's owner.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type {
  BeatDownloads,
  BeatProblem,
  InstallResult,
  PluginReport,
  WaitingPackage,
} from '#commlink/fleet/beat.ts';
import type { FileCustom } from '#commlink/fleet/catalog-entries.ts';
import type { TargetPath } from '#commlink/fleet/fleet-names.ts';
import { AgentError } from '../agent-error.ts';
import { historyMax, journalBytesMax, journalReserveBytes, unreportedMax } from '../limits.ts';
import type { Disk } from './disk.ts';

/** A package that is installed. `folder` is where, below the product's folder: `current` leads there. */
export interface KeptPackage {
  readonly product: string;
  readonly version: string;
  readonly path: TargetPath;
  readonly sha256: string;
  readonly folder: string;
  readonly atMs: number;
  /** The version before, kept for going back. */
  readonly previous: { readonly version: string; readonly folder: string } | null;
}

/** A configuration file that was placed; `path` is the director's name for it, `at` where it lies below the root. */
export interface PlacedFile {
  readonly path: TargetPath;
  readonly at: FileCustom['path'];
  readonly product: string | null;
  readonly sha256: string;
  readonly instructions: string;
}

/** What was begun. The phases only go forward; recovery takes back whatever is not ended. */
export type PendingWork =
  | {
      readonly kind: 'package';
      readonly next: KeptPackage;
      /** The old version; null for a first installation. */
      readonly before: KeptPackage | null;
      /** `switched` and later: `current` may lead to the new folder. `running`: programs of it may have run. */
      readonly phase: 'placing' | 'switching' | 'running';
    }
  | {
      readonly kind: 'file';
      readonly next: PlacedFile;
      readonly target: string;
      /** A copy of what was there; null when nothing was. */
      readonly backup: string | null;
      /** The command that must run again when the old content comes back. */
      readonly reload: readonly string[] | null;
    };

/** What the journal holds. */
export interface JournalContent {
  /** Beats that were made by this identity; never goes back. */
  readonly counter: number;
  readonly installed: readonly KeptPackage[];
  readonly files: readonly PlacedFile[];
  readonly pending: PendingWork | null;
  /** How often the installation of a target failed, by its path, under the catalog that is being carried out. */
  readonly attempts: Readonly<Record<string, number>>;
  /** The catalog for which the attempts are counted. */
  readonly attemptsMark: string | null;
  readonly results: readonly InstallResult[];
  readonly problems: readonly BeatProblem[];
  /** The problems of the last cycle, told or not. */
  readonly troubles: readonly BeatProblem[];
  /** Packages of the catalog that can't be installed yet, as the last cycle found that could look. */
  readonly waiting: readonly WaitingPackage[];
  readonly pluginReports: readonly PluginReport[];
  readonly history: readonly InstallResult[];
  /** What was fetched and not told yet. */
  readonly downloads: BeatDownloads;
  /** The last beat that was answered; times are the centre's, as one of `signers` has said. */
  readonly lastBeat: {
    readonly atMs: number;
    readonly signers: string;
    readonly intervalMs: number;
    readonly order: string | null;
  } | null;
}

const nothing: JournalContent = {
  counter: 0,
  installed: [],
  files: [],
  pending: null,
  attempts: {},
  attemptsMark: null,
  results: [],
  problems: [],
  troubles: [],
  waiting: [],
  pluginReports: [],
  history: [],
  downloads: { bytes: 0, resumed: 0, source: null },
  lastBeat: null,
};

/** The journal, open. Changes are on the disk when the promise resolves, and only then in `content`. */
export class Journal {
  readonly #file: string;
  readonly #disk: Disk;
  #content: JournalContent;

  private constructor(file: string, disk: Disk, content: JournalContent) {
    this.#file = file;
    this.#disk = disk;
    this.#content = content;
  }

  /**
   * Opens the journal; one that is not there is empty. A file that the agent did not write so (the disk failed) is set aside as
   * `…damaged` and reported: everything is installed again. Either way the counter goes on from the clock's milliseconds, far beyond
   * what a lost one can have counted, or the next beat would look like a copied disk's.
   */
  static async open(file: string, disk: Disk, nowMs: number): Promise<Journal> {
    try {
      const content = await readJournal(file);
      return new Journal(file, disk, content === nothing ? { ...nothing, counter: nowMs } : content);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      await disk.move(file, `${file}.damaged`);
      const problem = { code: 'state_damaged', about: 'journal', atMs: nowMs };
      return new Journal(file, disk, {
        ...nothing,
        counter: nowMs,
        problems: [problem],
        troubles: [problem],
      });
    }
  }

  /** What it holds. */
  get content(): JournalContent {
    return this.#content;
  }

  /** Changes some of it. On a full disk the reserve makes room: what is wrong can be told then. */
  async change(changes: Partial<JournalContent>): Promise<void> {
    const next = { ...this.#content, ...changes };
    const text = `${JSON.stringify(next)}\n`;
    try {
      await this.#disk.writeWhole(this.#file, text);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      await this.#disk.remove(reserveOf(this.#file));
      await this.#disk.writeWhole(this.#file, text);
    }
    this.#content = next;
  }

  /** Keeps some room on the disk for the journal itself. */
  async keepReserve(): Promise<void> {
    const reserve = reserveOf(this.#file);
    if (existsSync(reserve)) return;
    try {
      await this.#disk.writeWhole(reserve, Buffer.alloc(journalReserveBytes, 1));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  /** Notes a result for the beat and the history, together with what else became true by it. */
  async addResult(result: InstallResult, changes: Partial<JournalContent> = {}): Promise<void> {
    const { results, history } = this.#content;
    await this.change({
      ...changes,
      results: [...results, result].slice(-unreportedMax),
      history: [...history, result].slice(-historyMax),
    });
  }

  /** Notes a problem for the next beat. The same one is told once a beat. */
  async addProblem(problem: BeatProblem): Promise<void> {
    const { problems, troubles } = this.#content;
    await this.change({ problems: withProblem(problems, problem), troubles: withProblem(troubles, problem) });
  }
}

/** The list with this problem, as its newest; the same one is there once. */
export function withProblem(known: readonly BeatProblem[], problem: BeatProblem): BeatProblem[] {
  const others = known.filter(({ code, about }) => code !== problem.code || about !== problem.about);
  return [...others, problem].slice(-unreportedMax);
}

function reserveOf(file: string): string {
  return `${file}.reserve`;
}

/** What the journal's file holds; empty when there is none. Throws AgentError `state_damaged`. */
export async function readJournal(file: string): Promise<JournalContent> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return nothing;
  const content = text.length <= journalBytesMax ? parseObject(text) : null;
  if (content === null || !hasShape(content)) throw new AgentError('state_damaged', `${file} is damaged.`);
  return { ...nothing, ...content };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** The file is the agent's own and written whole; what is looked for is damage, not malice. */
function hasShape(content: Record<string, unknown>): content is Record<string, unknown> & JournalContent {
  const lists = ['installed', 'files', 'results', 'problems', 'pluginReports', 'history'];
  return Number.isSafeInteger(content['counter']) && lists.every((name) => Array.isArray(content[name]));
}
