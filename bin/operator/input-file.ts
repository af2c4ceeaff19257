// Files that a command is pointed at: certificates, keys, settings, a ticket. Read whole and bounded; what is wrong with
// them is said without quoting them, as they may be secret. Called by the node commands.
import { readFile, stat } from 'node:fs/promises';
import { SchemaError, compileSchema } from '#commlink/schema.ts';
import { roleSettings, type NodeEntry, type NodeIdentity } from '#commlink/settings/cluster-configuration.ts';
import { createHostKeys } from '#deploy/ssh-host-keys.ts';
import { CliError } from '../cli-error.ts';
import type { CommandInput, Explained } from '../command-spec.ts';
import { inputFileBytesMax } from '../limits.ts';

/** The options of commands that take a node's certificate. */
export const identityOptions: readonly Explained[] = [
  ['--certificate <file>', 'the certificate chain that clients see, PEM'],
  ['--private-key <file>', 'its private key, PEM'],
  ['--authority <file>', "the authority that issued it, when customers' machines do not know it"],
  ['--host-key <files...>', 'SSH host keys of an FTP node, in the form of OpenSSH or PEM'],
];

const checks = {
  'internal-db': compileSchema('settings', roleSettings['internal-db']),
  'web-front': compileSchema('settings', roleSettings['web-front']),
  'ftp-node': compileSchema('settings', roleSettings['ftp-node']),
} as const;

/** Reads a file as text. Throws CliError `notFound`, `failed` or `usage`. */
export async function readInputFile(file: string): Promise<string> {
  try {
    const stats = await stat(file);
    if (stats.size > inputFileBytesMax)
      throw new CliError('usage', `${file} is too large for what it should be.`);
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new CliError('notFound', `There is no file ${file}.`, { cause: error });
    if (code === 'EACCES') throw new CliError('failed', `You may not read ${file}.`, { cause: error });
    throw error;
  }
}

/** The settings in a file, as the entry of a node of this role. Throws CliError `usage`. */
export async function readSettingsFile(file: string, role: NodeEntry['role']): Promise<NodeEntry> {
  const text = await readInputFile(file);
  try {
    return { role, settings: checks[role].parse(JSON.parse(text)) } as NodeEntry;
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof SchemaError)) throw cause;
    const advice = 'Begin with those of another node: consign config show NODE --json';
    throw new CliError('usage', `${file} holds no settings of an ${role}: ${cause.message}. ${advice}`, {
      cause,
    });
  }
}

/** The identity in the files that the options name; null when none is named. Throws CliError. */
export async function readIdentity(
  input: CommandInput,
  role: NodeEntry['role'],
): Promise<NodeIdentity | null> {
  const certificate = input.option('certificate');
  const privateKey = input.option('privateKey');
  if (certificate === null && privateKey === null) return null;
  if (certificate === null || privateKey === null)
    throw new CliError('usage', 'Give --certificate and --private-key together.');
  const authority = input.option('authority');
  const hostKeyFiles = input.severalOptions('hostKey');
  if (hostKeyFiles.length > 0 && role !== 'ftp-node')
    throw new CliError('usage', 'Only FTP nodes have SSH host keys.');
  const hostKeys =
    hostKeyFiles.length === 0 && role === 'ftp-node'
      ? createHostKeys()
      : await Promise.all(hostKeyFiles.map(readInputFile));
  return {
    certificate: await readInputFile(certificate),
    privateKey: await readInputFile(privateKey),
    authority: authority === null ? null : await readInputFile(authority),
    hostKeys,
  };
}
