// What this appliance trusts of the two repositories, on its disk: one file, so that no power cut mixes two states. Callers:
// enrolment, keep-catalog.ts and the commands. Trusts the state directory's owner.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { FieldReader, parseJson } from '#commlink/fleet/field-reader.ts';
import { bundleBytesMax } from '#commlink/fleet/limits.ts';
import type { TrustedRepository, TrustedState } from '#commlink/fleet/tuf/trusted-state.ts';
import type { Disk } from '../state/disk.ts';

const text = { max: bundleBytesMax } as const;

/** Writes it. */
export async function writeTrusted(file: string, trusted: TrustedState, disk: Disk): Promise<void> {
  await disk.makeFolder(path.dirname(file));
  await disk.writeWhole(file, `${JSON.stringify(trusted)}\n`);
}

/** Reads it. Throws DocumentError `malformed`, and the system's error when it is not there: enrolment wrote it. */
export async function readTrusted(file: string): Promise<TrustedState> {
  const reader = new FieldReader('trusted state', parseJson('trusted state', await readFile(file, 'utf8')));
  return {
    director: readRepository(reader.fields('director')),
    packages: readRepository(reader.fields('packages')),
  };
}

function readRepository(reader: FieldReader): TrustedRepository {
  const optional = (name: string): string | null => reader.optional(name, () => reader.text(name, text));
  return {
    root: reader.text('root', text),
    timestamp: optional('timestamp'),
    snapshot: optional('snapshot'),
    targets: optional('targets'),
  };
}
