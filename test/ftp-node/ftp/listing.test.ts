// That a listing never holds more than a few entries, however many there are: it runs ahead of its reader by no more
// than what it sorts. A whole listing over real files is in list.test.ts.
import t from 'tap';
import { parseCustomerPath } from '#ftp-node/session/customer-path.ts';
import { CustomerFileSystem } from '#ftp-node/session/ftp/customer-file-system.ts';
import { ftpLimits } from '#ftp-node/session/ftp/ftp-limits.ts';
import { parseListRequest } from '#ftp-node/session/ftp/list-request.ts';
import { listingLines } from '#ftp-node/session/ftp/listing.ts';
import {
  AccountDirectoryError,
  type AccountDirectory,
  type DirectoryEntry,
} from '#ftp-node/session/session-services.ts';

/** A directory `/huge` with so many files, told one by one. */
class HugeDirectory implements AccountDirectory {
  readonly entryCount: number;
  toldCount = 0;

  constructor(entryCount: number) {
    this.entryCount = entryCount;
  }

  async describe(path: string): Promise<DirectoryEntry> {
    if (path !== '/' && path !== '/huge') throw new AccountDirectoryError('not_found', 'Nothing there.');
    return { name: path.slice(1), kind: 'directory', sizeBytes: 0, modifiedAtMs: 0 };
  }

  async *list(path: string): AsyncGenerator<DirectoryEntry> {
    if (path === '/') yield this.describe(parseCustomerPath('/huge'));
    else
      for (this.toldCount = 0; this.toldCount < this.entryCount; this.toldCount += 1)
        yield { name: `f${this.toldCount}`, kind: 'file', sizeBytes: this.toldCount, modifiedAtMs: 0 };
  }

  async openFile(): Promise<never> {
    throw new AccountDirectoryError('not_found', 'Nothing there.');
  }
}

const forms = ['huge', '-lR huge', '-ltr huge', 'h*/f?*'];

t.test('10,000 entries are never more than a few ahead of the reader', async (test) => {
  for (const form of forms) {
    const directory = new HugeDirectory(10_000);
    let lineCount = 0;
    let aheadMax = 0;
    for await (const line of listingLines(
      new CustomerFileSystem(directory),
      parseListRequest(form, 'long'),
    )) {
      if (/ (?:huge\/)?f\d+$/.test(line)) lineCount += 1;
      aheadMax = Math.max(aheadMax, directory.toldCount - lineCount);
    }
    test.equal(lineCount, directory.entryCount, form);
    test.ok(aheadMax <= ftpLimits.sortedEntriesMax + 1, `${form}: ${aheadMax} ahead`);
  }
});

t.test('a short one is sorted, whatever order the directory has', async (test) => {
  const names: string[] = [];
  const directory = new HugeDirectory(120);
  for await (const line of listingLines(
    new CustomerFileSystem(directory),
    parseListRequest('-S1 huge', 'long'),
  ))
    names.push(line);
  test.same(
    names,
    Array.from({ length: 120 }, (_, index) => `f${119 - index}`),
  );
});
