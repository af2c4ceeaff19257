// A source file as the tidy rules see it: where it is, its text, and what it imports.
// Called by the rules and by tidy.test.ts. A text scan is enough: the formatter has normalized the code.

/** The top-level folders that hold code, and what each may import of the others (`#room/…`). */
export const doors: Readonly<Record<string, readonly string[]>> = {
  commlink: [],
  'internal-db': ['commlink'],
  'web-front': ['commlink'],
  'ftp-node': ['commlink'],
  appliance: ['commlink'],
  deploy: ['commlink'],
  bin: ['commlink', 'deploy'],
  test: ['commlink', 'internal-db', 'web-front', 'ftp-node', 'appliance', 'deploy', 'bin', 'test'],
};

/** One file. `path` is relative to the repository, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Something untidy: `rule` is stable, `detail` is for the person who mends it. */
export interface Untidiness {
  readonly path: string;
  readonly rule: string;
  readonly detail: string;
}

/** The room that a path is in. */
export function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

const importForms = [
  /^(?:import|export)\s[^;'"`]*?\bfrom\s+['"]([^'"]+)['"]/gm,
  /^import\s+['"]([^'"]+)['"]/gm,
  /\bimport\(\s*['"]([^'"]+)['"]/g,
  /\brequire\(\s*['"]([^'"]+)['"]/g,
];

/** Every module specifier that the text imports, types included. */
export function findImports(text: string): string[] {
  return importForms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1] ?? ''));
}

/** The package of a specifier (`@fastify/cookie`, `ssh2`); null for our own files and for Node's modules. */
export function packageOf(specifier: string): string | null {
  if (/^(?:\.|#|node:|\/)/.test(specifier)) return null;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? null);
}
