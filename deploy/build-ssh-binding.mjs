// Builds ssh2's native crypto for the Node.js that will run Consign, which is not always the one that runs npm.
// npm runs it after every install (package.json, "postinstall"), with any Node.js from 20 on: hence plain
// JavaScript. SFTP works without the binding, at about a third of the speed, so a failure is told, never fatal.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const root = dirname(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname));
const ssh2Directory = join(root, 'node_modules', 'ssh2');
const bindingFile = join(ssh2Directory, 'lib', 'protocol', 'crypto', 'build', 'Release', 'sshcrypto.node');
const nodeMajorMin = 24;

/** The Node.js that bin/consign and the npm scripts will use, with the folder of its headers; null when too old. */
function findRuntime() {
  const own = join(root, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(own)) {
    const platform = `node-${process.platform}-${process.arch}`;
    const packages = join(root, 'node_modules', 'node', 'node_modules');
    return { executable: own, headers: join(packages, platform) };
  }
  if (Number.parseInt(process.versions.node, 10) < nodeMajorMin) return null;
  return { executable: process.execPath, headers: dirname(dirname(process.execPath)) };
}

/** True when `executable` can load the binding that is there now (another version's has another ABI). */
function isLoadable(executable) {
  const load = spawnSync(executable, ['-e', 'require(process.argv[1])', bindingFile], { stdio: 'ignore' });
  return load.status === 0;
}

/** The names of the build tools that are not on the PATH. */
function findMissingTools() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isThere = (name) => folders.some((folder) => existsSync(join(folder, name)));
  const tools = [['make'], ['g++', 'c++', 'clang++'], ['python3']];
  return tools.filter((names) => !names.some(isThere)).map((names) => names[0]);
}

function build({ executable, headers }) {
  const environment = { ...process.env };
  // Any spelling of nodedir in the environment (or from the user's npmrc) would mean another Node.js's headers.
  for (const name of Object.keys(environment)) {
    if (name.toLowerCase().replaceAll('-', '_') === 'npm_config_nodedir') delete environment[name];
  }
  if (existsSync(join(headers, 'include', 'node', 'node.h'))) environment.npm_config_nodedir = headers;
  // node-gyp and its `node -e` calls must run under the same Node.js as the binding is for.
  const ownCommands = join(root, 'node_modules', '.bin');
  environment.PATH = [dirname(executable), process.env.PATH ?? '', ownCommands].join(delimiter);
  return spawnSync(executable, ['install.js'], { cwd: ssh2Directory, env: environment, encoding: 'utf8' });
}

/** The last line of a compiler's or node-gyp's output that tells what went wrong. */
function findCause(output) {
  const lines = output.split('\n').filter((line) => /error|not found|ERR! stack/i.test(line));
  return (lines.find((line) => /error:|stack/i.test(line)) ?? lines.at(-1) ?? 'no reason was given').trim();
}

function describe(runtime) {
  const version = spawnSync(runtime.executable, ['--version'], { encoding: 'utf8' }).stdout?.trim();
  if (isLoadable(runtime.executable)) return `native crypto is ready for Node.js ${version}.`;
  const slower = `no native crypto: SFTP works in JavaScript, at about a third of the speed`;
  const missing = findMissingTools();
  const again = 'then run: npm run postinstall';
  if (missing.length > 0) return `${slower}. To build it, install ${missing.join(', ')}, ${again}`;
  const result = build(runtime);
  if (isLoadable(runtime.executable)) return `native crypto was built for Node.js ${version}.`;
  return `${slower}. The build failed (${findCause(`${result.stdout}\n${result.stderr}`)}); ${again}`;
}

function main() {
  // Nothing is installed yet: npm only wrote the lockfile.
  if (!existsSync(ssh2Directory)) return;
  const runtime = findRuntime();
  if (runtime === null) {
    console.log(
      `consign: Node.js ${nodeMajorMin} is needed to run, and this is ${process.version}. ` +
        'Install without --omit=dev to get it here, or put it first on the PATH.',
    );
    return;
  }
  const { version } = JSON.parse(readFileSync(join(ssh2Directory, 'package.json'), 'utf8'));
  console.log(`ssh2 ${version}: ${describe(runtime)}`);
}

main();
