// The configuration directory of one node: the blocks of its installed version and of its candidate, the protocol's
// state, proposals, joins, and the history. `protocol.json` alone says what is installed: a block is written before it is
// named there and erased after it no longer is, so whatever moment the node dies at, one whole version is there.
// Callers: the shell of this folder. Trusts the directory, which is 0700; its files are 0600.
import { access, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { erasePrivateFile, readPrivateFile, writePrivateFile } from '../private-file.ts';
import { StartupError } from '../process-lifecycle.ts';
import { compileSchema, strictObject, Type, type SchemaCheck, type Static } from '../schema.ts';
import {
  Block,
  blockCheck,
  decodeBlock,
  historyOf,
  type DecodedManifest,
  type WholeBlock,
} from './blocks/block.ts';
import { ClusterVersion, formatVersion, isSameVersion } from './protocol/cluster-version.ts';
import { historyVersionsMax, joinsMax, proposalsMax } from './limits.ts';
import { JoinRequest, Phase } from './protocol/version-message.ts';

const Nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) =>
  Type.Union([schema, Type.Null()]);

/** What the protocol must not forget. `incarnation` counts the starts of the node. */
export const ProtocolRecord = strictObject({
  format: Type.Literal(1),
  incarnation: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  installed: ClusterVersion,
  candidate: Nullable(ClusterVersion),
  phase: Phase,
  declining: Type.Boolean(),
});
export type ProtocolRecord = Static<typeof ProtocolRecord>;

/** A machine that showed a ticket. The secret stays until it has fetched its block, so that it may come back. */
export const KeptJoin = strictObject({
  request: JoinRequest,
  secret: Type.String({ maxLength: 128 }),
  expiresAtMs: Type.Integer({ minimum: 0 }),
});
export type KeptJoin = Static<typeof KeptJoin>;

const recordCheck = compileSchema('protocol state', ProtocolRecord);
const proposalsCheck = compileSchema(
  'proposals',
  strictObject({ proposals: Type.Array(Block, { maxItems: proposalsMax }) }),
);
const joinsCheck = compileSchema(
  'joins',
  strictObject({ joins: Type.Array(KeptJoin, { maxItems: joinsMax }) }),
);

/** Whether `writePrivateFile` has not given the file its name yet. */
const isUnfinished = (name: string): boolean => name.endsWith('.new');

/** How files are written and erased; tests put one in that fails. */
export interface PrivateFiles {
  readonly write: (file: string, text: string) => Promise<void>;
  readonly erase: (file: string) => Promise<void>;
}
const privateFiles: PrivateFiles = { write: writePrivateFile, erase: erasePrivateFile };

const seqDigits = 16;
const blockName = /^[0-9]+\.[A-Za-z0-9_-]{43}\.json$/;

/** One node's configuration directory. Every write is whole and fsynced when it resolves; system errors keep their code. */
export class ConfigurationStore {
  readonly #directory: string;
  readonly #files: PrivateFiles;
  #written: string | undefined;

  constructor(directory: string, files: PrivateFiles = privateFiles) {
    this.#directory = directory;
    this.#files = files;
  }

  /** Whether a whole configuration is here. */
  async exists(): Promise<boolean> {
    return access(this.#path('protocol.json')).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return false;
        throw error;
      },
    );
  }

  /** Makes the directories. */
  async prepare(): Promise<void> {
    for (const folder of [this.#directory, this.#path('blocks'), this.#path('history')])
      await mkdir(folder, { recursive: true, mode: 0o700 });
  }

  /** The protocol's state. Throws StartupError `NOT_JOINED` or `CONFIGURATION_DAMAGED`. */
  async readRecord(): Promise<ProtocolRecord> {
    if (!(await this.exists()))
      throw new StartupError(
        'NOT_JOINED',
        `${this.#directory} holds no configuration: this node belongs to no cluster yet. Run: consign node join TICKET`,
      );
    return this.#read('protocol.json', recordCheck);
  }

  /** Replaces the protocol's state. Nothing is written when it is what was written last. */
  async writeRecord(record: ProtocolRecord): Promise<void> {
    const text = JSON.stringify(record);
    if (text === this.#written) return;
    await this.#files.write(this.#path('protocol.json'), text);
    this.#written = text;
  }

  /** A block that was written. Throws StartupError `CONFIGURATION_DAMAGED`. */
  async readBlock(version: ClusterVersion): Promise<WholeBlock> {
    const file = path.join('blocks', `${formatVersion(version)}.json`);
    const text = await this.#read(file, blockCheck);
    return this.#verified(file, () => {
      const block = decodeBlock(text);
      if (!isSameVersion(block.version, version)) throw new Error('it is another version.');
      return block;
    });
  }

  /** Writes a block, which counts once the protocol's state names it. */
  async writeBlock({ signed, sections, version }: WholeBlock): Promise<void> {
    const text = JSON.stringify({ manifest: signed, sections });
    await this.#files.write(this.#path('blocks', `${formatVersion(version)}.json`), text);
  }

  /** Overwrites and removes every block but those of these versions: retired keys leave the disk. */
  async eraseOtherBlocks(kept: readonly (ClusterVersion | null)[]): Promise<void> {
    const names = new Set(kept.flatMap((version) => (version ? [`${formatVersion(version)}.json`] : [])));
    for (const name of await readdir(this.#path('blocks')))
      if (!names.has(name) && !isUnfinished(name)) await this.#files.erase(this.#path('blocks', name));
  }

  /**
   * Overwrites and removes what a node that died left half written. Only before anything is written: a file that is
   * being written is overwritten under its final name otherwise.
   */
  async eraseUnfinished(): Promise<void> {
    for (const folder of [this.#directory, this.#path('blocks'), this.#path('history')])
      for (const name of await readdir(folder))
        if (isUnfinished(name)) await this.#files.erase(path.join(folder, name));
  }

  /** Adds an installed version to the history with the manifests that lead to it, and forgets the oldest. */
  async appendHistory(block: WholeBlock, lineage: readonly DecodedManifest[] = []): Promise<void> {
    for (const { signed, version } of lineage)
      await this.#files.write(this.#historyPath(version), JSON.stringify({ manifest: signed, sections: [] }));
    await this.#files.write(this.#historyPath(block.version), JSON.stringify(historyOf(block)));
    const versions = await this.historyVersions();
    for (const version of versions.slice(historyVersionsMax))
      await this.#files.erase(this.#historyPath(version));
  }

  /** The versions in the history, newest first. */
  async historyVersions(): Promise<ClusterVersion[]> {
    const names = (await readdir(this.#path('history'))).filter((name) => blockName.test(name));
    return names
      .toSorted()
      .toReversed()
      .map((name) => {
        const [seq, digest = ''] = name.split('.');
        return { seq: Number(seq), digest };
      });
  }

  /** What the history has of a version; undefined when it was forgotten, or never installed here. */
  async readHistory(version: ClusterVersion): Promise<Block | undefined> {
    const known = (await this.historyVersions()).some((each) => isSameVersion(each, version));
    return known
      ? this.#read(path.relative(this.#directory, this.#historyPath(version)), blockCheck)
      : undefined;
  }

  /** The versions that wait for signatures. */
  async readProposals(): Promise<Block[]> {
    const kept = await this.#readIfThere('proposals.json', proposalsCheck);
    return kept?.proposals ?? [];
  }

  /** Replaces them. */
  async writeProposals(proposals: readonly Block[]): Promise<void> {
    await this.#files.write(this.#path('proposals.json'), JSON.stringify({ proposals }));
  }

  /** The machines that showed a ticket. */
  async readJoins(): Promise<KeptJoin[]> {
    return (await this.#readIfThere('joins.json', joinsCheck))?.joins ?? [];
  }

  /** Replaces them. */
  async writeJoins(joins: readonly KeptJoin[]): Promise<void> {
    await this.#files.write(this.#path('joins.json'), JSON.stringify({ joins }));
  }

  #path(...names: string[]): string {
    return path.join(this.#directory, ...names);
  }

  #historyPath({ seq, digest }: ClusterVersion): string {
    return this.#path('history', `${String(seq).padStart(seqDigits, '0')}.${digest}.json`);
  }

  async #readIfThere<T>(name: string, check: SchemaCheck<T>): Promise<T | undefined> {
    const names = await readdir(this.#directory);
    return names.includes(name) ? this.#read(name, check) : undefined;
  }

  async #read<T>(name: string, check: SchemaCheck<T>): Promise<T> {
    const text = await readPrivateFile(this.#path(name));
    return this.#verified(name, () => check.parse(JSON.parse(text)));
  }

  #verified<T>(name: string, read: () => T): T {
    try {
      return read();
    } catch (cause) {
      // A parser's message may quote a secret: joins.json has those of tickets.
      const isQuoting = cause instanceof SyntaxError || !(cause instanceof Error);
      const what = isQuoting ? 'it is no JSON.' : cause.message;
      throw new StartupError(
        'CONFIGURATION_DAMAGED',
        `${this.#path(name)} is damaged: ${what} Evict this node, remove its configuration directory and join it anew.`,
        isQuoting ? {} : { cause },
      );
    }
  }
}
