// Reads the code itself and holds it to the house rules: names, headers, docstrings, doors between rooms,
// one place for each library, and texts that must not be there. Each rule is also shown to fail on a bad fixture.
import t from 'tap';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDoors, checkLibraries } from './tidy/door-rules.ts';
import { checkFile } from './tidy/file-rules.ts';
import { checkPageWords } from './tidy/page-words.ts';
import { doors, roomOf } from './tidy/source-file.ts';
import type { SourceFile, Untidiness } from './tidy/source-file.ts';

const repository = join(import.meta.dirname, '..');
const header = '// What it does.\n// Who calls it.\n';

/** Tracked and new files alike, so that a rule is broken before the commit and not after it. */
function readSources(): SourceFile[] {
  const arguments_ = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const listed = execFileSync('git', arguments_, { cwd: repository, encoding: 'utf8' }).split('\0');
  return listed
    .filter((path) => roomOf(path) in doors && /\.(?:ts|mjs|js|css|sh)$/.test(path))
    .flatMap((path) => {
      try {
        return [{ path, text: readFileSync(join(repository, path), 'utf8') }];
      } catch (error) {
        // Deleted, and not yet committed so.
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
        throw error;
      }
    });
}

function describeAll(found: readonly Untidiness[]): string[] {
  return found.map(({ path, rule, detail }) => `${path}: ${rule}: ${detail}`);
}

/** The rules' own files and this one quote what they forbid. */
const quotesRules = (path: string): boolean => path === 'test/tidy.test.ts' || path.startsWith('test/tidy/');

const sources = readSources();

t.test('the scan sees every room', async (t) => {
  for (const room of [
    'commlink',
    'internal-db',
    'web-front',
    'ftp-node',
    'appliance',
    'deploy',
    'bin',
    'test',
  ]) {
    t.ok(
      sources.some(({ path }) => roomOf(path) === room),
      `${room} has files`,
    );
  }
});

t.test('every file is tidy', async (t) => {
  const found = sources.filter(({ path }) => !quotesRules(path)).flatMap(checkFile);
  t.same(describeAll(found), []);
});

t.test('imports cross rooms only through the doors', async (t) => {
  t.same(describeAll(checkDoors(sources.filter(({ path }) => !quotesRules(path)))), []);
});

t.test('a library is imported in one place of a room', async (t) => {
  t.same(describeAll(checkLibraries(sources)), []);
});

t.test('console and portal have their words in texts/', async (t) => {
  t.same(describeAll(sources.flatMap(checkPageWords)), []);
});

t.test('words on a page are found, and what is no word is not', async (t) => {
  const bad: readonly string[] = [
    'html`<p>Nothing yet.</p>`',
    'html`<td>none</td>`',
    'html`<p>${count} more</p>`',
    'html`<ul>${rows.map((row) => html`<li>${row} of it</li>`)}</ul>`',
    'html`<nav aria-label="Main"></nav>`',
    "renderTag(/[`']/.test(name) ? 'Odd name' : name)",
    "renderPage({ title: 'Nodes' })",
    "new RpcError('refused', `Choose one of ${names}.`)",
  ];
  const good: readonly string[] = [
    'html`<p class="fine" data-once>${texts.none}</p>&nbsp;·`',
    'html`<a href="/nodes">${name ? html`<b>${name}</b>` : null}</a>`',
    "// Isn't shown: 'Nodes'.\nlog.warn({ name }, 'a node is away')",
    "throw new Error('This cannot be.')",
  ];
  const check = (text: string) => checkPageWords({ path: 'internal-db/console/nodes-page.ts', text });
  for (const text of bad) t.equal(check(text).length, 1, text);
  for (const text of good) t.same(check(text), [], text);
  const checkPortal = (text: string) => checkPageWords({ path: 'web-front/pages/home-page.ts', text });
  for (const text of bad) t.equal(checkPortal(text).length, 1, text);
  const told = "throw new PortalProblem(\n  'not_found',\n  'There is no such file.',\n);";
  t.same(checkPortal(told), [], 'the page for it has a sentence of its own');
  t.equal(checkPortal(`${told}\nconst title = 'Nothing here';`).length, 1);
  t.same(checkPageWords({ path: 'internal-db/console/texts/english/nodes.ts', text: bad[0] ?? '' }), []);
});

t.test('each rule about one file refuses its bad fixture', async (t) => {
  const bad: readonly (readonly [rule: string, path: string, text: string])[] = [
    ['file-name', 'commlink/linkPool.ts', header],
    ['file-name', 'commlink/link_pool.ts', header],
    ['file-name', 'commlink/utils.ts', header],
    ['file-name', 'commlink/helpers.test.ts', header],
    ['header', 'commlink/link.ts', 'const a = 1;\n'],
    ['header', 'commlink/link.ts', '// link pool\nconst a = 1;\n'],
    ['header', 'commlink/link.ts', `${'// One line.\n'.repeat(9)}const a = 1;\n`],
    ['docstring', 'commlink/link.ts', `${header}export const a = 1;\n`],
    [
      'docstring',
      'commlink/link.ts',
      `${header}/** A. */\nexport const a = 1;\nexport async function b() {}\n`,
    ],
    ['docstring', 'commlink/link.ts', `${header}// Not a docstring.\nexport interface A {}\n`],
    ['unfinished', 'commlink/link.ts', `${header}\nrun(); // TODO later\n`],
    ['unfinished', 'commlink/link.ts', `${header}\nrun(); // FIXME\n`],
    ['swallowed-error', 'commlink/link.ts', `${header}try { a(); } catch {}\n`],
    ['swallowed-error', 'commlink/link.ts', `${header}try { a(); } catch (error) {\n}\n`],
    ['swallowed-error', 'commlink/link.ts', `${header}void a().catch(() => {});\n`],
    ['swallowed-error', 'commlink/link.ts', `${header}void a().catch(() => undefined);\n`],
    ['machine-path', 'deploy/launch.ts', `${header}const a = '/root/state';\n`],
    ['machine-path', 'deploy/start.sh', 'cd /home/builder/consign\n'],
    ['default-export', 'commlink/link.ts', `${header}export default 1;\n`],
    ['barrel', 'commlink/link.ts', `${header}export * from './rpc.ts';\n`],
    ['mutable-module-state', 'commlink/link.ts', `${header}let count = 0;\n`],
    ['settings', 'commlink/link.ts', `${header}const a = process.env.HOME;\n`],
    ['skipped-test', 'test/commlink/link.test.ts', `${header}t.skip('later');\n`],
    ['skipped-test', 'test/commlink/link.test.ts', `${header}t.test('a', { skip: true }, b);\n`],
    ['length', 'commlink/link.ts', header + '\n'.repeat(400)],
  ];
  for (const [rule, path, text] of bad) {
    const rules = checkFile({ path, text }).map((found) => found.rule);
    t.same(
      rules,
      [rule],
      `${rule}: ${JSON.stringify(text.slice(header.length, header.length + 50) || path)}`,
    );
  }
});

t.test('a door that is not there is refused', async (t) => {
  const bad: readonly (readonly [path: string, text: string])[] = [
    ['web-front/portal.ts', "import { decide } from '#internal-db/decide.ts';"],
    ['web-front/portal.ts', "import type { Store } from '#internal-db/store.ts';"],
    ['web-front/portal.ts', "import { rpc } from '../commlink/rpc.ts';"],
    ['commlink/rpc.ts', "import { a } from '#ftp-node/a.ts';"],
    ['deploy/launch.ts', "import {\n  a,\n  b,\n} from '#internal-db/config.ts';"],
    ['ftp-node/session/main.ts', "const a = await import('#internal-db/config.ts');"],
    ['internal-db/a.ts', "export { b } from '#web-front/b.ts';"],
  ];
  for (const [path, text] of bad) t.equal(checkDoors([{ path, text }]).length, 1, `${path}: ${text}`);
});

t.test('a door that is there is open', async (t) => {
  const good: readonly (readonly [path: string, text: string])[] = [
    ['web-front/portal.ts', "import { rpc } from '#commlink/rpc.ts';\nimport './page.ts';"],
    ['ftp-node/session/main.ts', "import { a } from '../session-methods.ts';\nimport fs from 'node:fs';"],
    ['test/ftp-node/a.test.ts', "import { a } from '#ftp-node/a.ts';"],
  ];
  for (const [path, text] of good) t.same(checkDoors([{ path, text }]), [], path);
});

t.test('a library in two places of a room is refused, in one folder it is not', async (t) => {
  const importing = (path: string): SourceFile => ({ path, text: "import { Server } from 'ssh2';" });
  const two = checkLibraries([importing('ftp-node/sftp.ts'), importing('ftp-node/session/sftp.ts')]);
  t.equal(two.length, 1);
  t.equal(checkLibraries([importing('ftp-node/a.ts'), importing('ftp-node/b.ts')]).length, 1);
  t.same(checkLibraries([importing('ftp-node/sftp/a.ts'), importing('ftp-node/sftp/b.ts')]), []);
  t.same(checkLibraries([importing('ftp-node/a.ts'), importing('test/a.ts'), importing('test/b.ts')]), []);
});
