// The file system that a login gives to ftp-srv, in place of its own, which follows symbolic links out of its root,
// opens by name what it has examined by name, and puts real paths into its replies (defects 13 and 17). Holds the
// session's working directory; every path that a command uses comes from `resolve`. Callers: the commands, and the
// library's CWD, CDUP and PWD.
import { parseCustomerPath, rootPath, type CustomerPath } from '../customer-path.ts';
import { AccountDirectoryError, type AccountDirectory } from '../session-services.ts';
import type { LibraryFileSystem } from './ftp-srv-door.ts';

/** One session's view of its account's directory. */
export class CustomerFileSystem implements LibraryFileSystem {
  readonly directory: AccountDirectory;
  #workingDirectory: CustomerPath = rootPath;

  constructor(directory: AccountDirectory) {
    this.directory = directory;
  }

  /** The path that a command's argument means; no argument means the working directory. Throws CustomerPathError. */
  resolve(argument: string | null): CustomerPath {
    return parseCustomerPath(argument ?? '', this.#workingDirectory);
  }

  currentDirectory(): string {
    return this.#workingDirectory;
  }

  /** Changes the working directory and gives its path. Throws AccountDirectoryError, CustomerPathError. */
  async chdir(argument: string | null): Promise<string> {
    const path = this.resolve(argument);
    const entry = await this.directory.describe(path);
    if (entry.kind !== 'directory')
      throw new AccountDirectoryError('not_a_directory', 'This is not a directory.');
    this.#workingDirectory = path;
    return path;
  }
}
