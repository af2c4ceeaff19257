// The tidy rules that look at one file: its name, its header, its docstrings, and what it must not say.
// Called by tidy.test.ts for each file of the repository and for fixtures that break each rule.
import type { SourceFile, Untidiness } from './source-file.ts';
import { roomOf } from './source-file.ts';

const linesMax = 400;
const headerLinesMax = 8;
const bannedNames = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'index', 'shared']);
const fileName = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.(?:ts|mjs|js|css|sh)$/;

const bannedTexts: readonly (readonly [rule: string, pattern: RegExp])[] = [
  ['unfinished', /\b(?:FIXME|TODO|XXX|HACK)\b/],
  ['swallowed-error', /\bcatch\s*(?:\([^)]*\)\s*)?\{\s*\}/],
  ['swallowed-error', /\.catch\(\s*(?:async\s*)?\(\w*\)\s*=>\s*(?:\{\s*\}|undefined|null)\s*\)/],
  ['machine-path', /(?:^|[\s'"`(=])\/(?:work|root|home\/\w+)\//m],
  ['default-export', /^export default\b/m],
  ['barrel', /^export \* from\b/m],
  ['mutable-module-state', /^(?:export )?(?:let|var) /m],
  ['skipped-test', /\b(?:t|test)\.(?:skip|only|todo)\(|\b(?:skip|todo): true\b/],
];

/** Settings enter a process in one place: rooms' main.ts, the command line, deployment and tests. */
const readsSettings = /\bprocess\.(?:argv|env)\b/;

function checkName({ path }: SourceFile): Untidiness[] {
  const name = path.split('/').at(-1) ?? '';
  const stem = name.split('.')[0] ?? '';
  if (!fileName.test(name)) return [{ path, rule: 'file-name', detail: 'is not kebab-case' }];
  return bannedNames.has(stem) ? [{ path, rule: 'file-name', detail: `"${stem}" names no idea` }] : [];
}

function checkHeader({ path, text }: SourceFile): Untidiness[] {
  const lines = text.split('\n');
  if (lines[0]?.startsWith('#!')) lines.shift();
  const end = lines.findIndex((line) => !line.startsWith('//'));
  const header = lines.slice(0, end === -1 ? lines.length : end);
  const isWhole = header.length > 0 && header.length <= headerLinesMax && /[.:]$/.test(header.at(-1) ?? '');
  if (isWhole) return [];
  const wanted = `1 to ${headerLinesMax} comment lines, in whole sentences, on what it does and who calls it`;
  return [{ path, rule: 'header', detail: `does not open with ${wanted}` }];
}

const exported =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|function\*?|class|interface|type) (\w+)/;

function checkDocstrings({ path, text }: SourceFile): Untidiness[] {
  const lines = text.split('\n');
  const seen = new Set<string>();
  const found: Untidiness[] = [];
  for (const [index, line] of lines.entries()) {
    const name = exported.exec(line)?.[1];
    if (name === undefined) continue;
    // `export type X = Static<typeof X>` and overloads belong to the documented declaration of the same name.
    const isDocumented = /\*\/\s*$/.test(lines[index - 1] ?? '') || seen.has(name);
    seen.add(name);
    if (!isDocumented) found.push({ path, rule: 'docstring', detail: `export ${name} has no docstring` });
  }
  return found;
}

function checkBannedTexts({ path, text }: SourceFile): Untidiness[] {
  const isEntry = path.endsWith('/main.ts') || ['bin', 'deploy', 'test'].includes(roomOf(path));
  const patterns = isEntry ? bannedTexts : [...bannedTexts, ['settings', readsSettings] as const];
  return patterns.flatMap(([rule, pattern]) => {
    const match = pattern.exec(text);
    if (!match) return [];
    const line = text.slice(0, match.index).split('\n').length;
    return [{ path, rule, detail: `line ${line}: ${match[0].trim()}` }];
  });
}

function checkLength({ path, text }: SourceFile): Untidiness[] {
  const count = text.split('\n').length - 1;
  if (path.endsWith('.css')) return [];
  return count > linesMax ? [{ path, rule: 'length', detail: `${count} lines, over ${linesMax}` }] : [];
}

/** All that is untidy about one source file. */
export function checkFile(file: SourceFile): Untidiness[] {
  const isScript = /\.(?:ts|mjs|js)$/.test(file.path);
  const always = [...checkName(file), ...checkBannedTexts(file), ...checkLength(file)];
  return isScript ? [...always, ...checkHeader(file), ...checkDocstrings(file)] : always;
}
