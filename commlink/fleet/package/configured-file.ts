// The configuration files that may be replaced on an appliance, and the command that may run after each: a package's manifest lists
// its own, and so does the machine's administrator. What the director sends and nobody lists is refused. Callers: the manifest's
// reader, the agent. Throws DocumentError `malformed`.
import { readArgument } from '../catalog-entries.ts';
import { FieldReader } from '../field-reader.ts';
import { parseDevicePath, parsePackagePath, type DevicePath, type PackagePath } from '../fleet-names.ts';
import { argumentsMax, configuredFilesMax } from '../limits.ts';

/** One file: absolute on the appliance, or inside a package in a placeholder's place. */
export interface ConfiguredFile {
  readonly path: DevicePath | PackagePath;
  /** The one command that may run after it was replaced, with its arguments; null: none. */
  readonly reload: readonly string[] | null;
}

/** Reads the member `name`: a list of such files. */
export function readConfiguredFiles(reader: FieldReader, name: string): ConfiguredFile[] {
  return reader.list(name, configuredFilesMax, readConfiguredFile);
}

/** True when one of them allows the path with just this command. No command needs none. */
export function isConfigurable(
  listed: readonly ConfiguredFile[],
  { path, reload }: { readonly path: string; readonly reload: readonly string[] | null },
): boolean {
  const command = JSON.stringify(reload);
  return listed.some(
    (one) => one.path === path && (reload === null || JSON.stringify(one.reload) === command),
  );
}

function readConfiguredFile(value: unknown): ConfiguredFile {
  const reader = new FieldReader('configured file', value);
  const path = reader.any('path');
  return {
    path: typeof path === 'string' && path.startsWith('/') ? parseDevicePath(path) : parsePackagePath(path),
    reload: reader.optional('reload', () => readCommand(reader)),
  };
}

function readCommand(reader: FieldReader): string[] {
  const command = reader.list('reload', argumentsMax, readArgument);
  return command.length > 0 ? command : reader.refuse('reload');
}
