// The agent stays small by what it does not load: of the libraries of this tree only these, two of them when they are used first.
import t from 'tap';
import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { findImports, packageOf } from '../tidy/source-file.ts';

const repository = join(import.meta.dirname, '../..');
const runtimeImport = /^(?:import|export)\s(?!type\b)[^;'"`]*?\bfrom\s+['"]([^'"]+)['"]/gm;

/** All files that are loaded with this one, and the libraries that these name. `lazily`: those of `import()` as well. */
function walk(entry: string, lazily: boolean): { files: Set<string>; libraries: Set<string> } {
  const [files, libraries] = [new Set<string>(), new Set<string>()];
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    const text = readFileSync(join(repository, file), 'utf8');
    const static_ = [...text.matchAll(runtimeImport)].map(([, specifier = '']) => specifier);
    for (const specifier of lazily ? findImports(text) : static_) {
      const library = packageOf(specifier);
      if (library !== null) libraries.add(library);
      else if (specifier.startsWith('#')) open.push(specifier.slice(1));
      else if (specifier.startsWith('.'))
        open.push(relative(repository, join(repository, dirname(file), specifier)));
    }
  }
  return { files, libraries };
}

t.test('few libraries', async (t) => {
  const { files, libraries } = walk('appliance/main.ts', false);
  t.ok(files.size > 50, `${files.size} files`);
  t.same(libraries, new Set(['@hpke/core', '@tufjs/models', 'semver']));
  const all = walk('appliance/download/transport.ts', true).libraries;
  t.ok(all.has('basic-ftp') && all.has('ssh2'), 'and two more when they are needed');
});

t.test('nothing of the schema library, the logger or another HTTP client', async (t) => {
  const { files } = walk('appliance/main.ts', false);
  for (const file of ['commlink/schema.ts', 'commlink/log.ts']) t.notOk(files.has(file), file);
});
