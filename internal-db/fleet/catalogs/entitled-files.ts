// Which of an appliance's configuration files its account may have: a file is one of an ordinary release, and is asked about as any.
// Called by choose-targets.ts. Kept in memory for one generation of the fleet, as choosable-releases.ts keeps packages.
import { decideEntitlement } from '../../decision/decide-entitlement.ts';
import { gatherFacts } from '../../decision/gather-facts.ts';
import type { ServiceContext } from '../../service-context.ts';
import type { AccountRecord } from '../../store/accounts.ts';
import type { FleetFile } from '../../store/fleet-types.ts';
import { choosableFilesMax } from '../limits.ts';
import { endOf } from './choosable-releases.ts';

/** Some of the files, and until when that holds by itself. */
export interface EntitledChoice {
  readonly files: readonly FleetFile[];
  readonly holdsUntilMs: number;
}

interface Verdict {
  readonly allowed: boolean;
  readonly holdsUntilMs: number;
}

/** Finds them, and remembers what was decided while nothing changes. */
export class EntitledFiles {
  readonly #context: Pick<ServiceContext, 'store' | 'clock'>;
  #generation = -1;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(context: Pick<ServiceContext, 'store' | 'clock'>) {
    this.#context = context;
  }

  /** Those of the files that the account may have, as it is at this generation. */
  async find(
    account: AccountRecord,
    files: readonly FleetFile[],
    generation: number,
  ): Promise<EntitledChoice> {
    if (generation !== this.#generation || this.#verdicts.size >= choosableFilesMax) {
      this.#generation = generation;
      this.#verdicts.clear();
    }
    const entitled: FleetFile[] = [];
    let holdsUntilMs = Number.MAX_SAFE_INTEGER;
    for (const file of files) {
      const verdict = await this.#judge(account, file, generation);
      holdsUntilMs = Math.min(holdsUntilMs, verdict.holdsUntilMs);
      if (verdict.allowed) entitled.push(file);
    }
    return { files: entitled, holdsUntilMs };
  }

  async #judge(account: AccountRecord, file: FleetFile, generation: number): Promise<Verdict> {
    const key = `${account.id} ${file.artifactId}`;
    const atMs = this.#context.clock.nowMs();
    const known = this.#verdicts.get(key);
    if (known && atMs < known.holdsUntilMs) return known;
    const { product, version, artifact } = file;
    const question = { account, product, version, file: artifact.name, atMs };
    const { facts } = await gatherFacts(this.#context.store.read, question);
    const { allowed } = decideEntitlement(facts);
    const verdict = { allowed, holdsUntilMs: endOf([facts], atMs) };
    if (generation === this.#generation) this.#verdicts.set(key, verdict);
    return verdict;
  }
}
