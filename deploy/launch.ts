// `npm start`: runs Consign on one machine, as three programs on the loopback address, all under one state directory.
// Makes what a first start needs, restarts what dies, stops everything on Ctrl-C. Run by Node.js 24 (npm scripts).
import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { ConfigurationError } from '#commlink/configuration/configuration-error.ts';
import { PublishError } from '#commlink/operator/publish-error.ts';
import { StartupError } from '#commlink/process-lifecycle.ts';
import { Installation } from './installation.ts';

const help = `Runs Consign on this machine.

  npm start -- [--state DIRECTORY] [--empty] [--listen ADDRESS] [--only internal-db] [--set-up] [--verbose]

  --state DIRECTORY    where everything is kept (default: CONSIGN_STATE, or ./var)
  --verbose            shows every log line; they are in DIRECTORY/logs in any case

At a first start only:
  --empty              without the demo customer and product
  --listen ADDRESS     the address to listen on and to be reached by (default: 127.0.0.1, as localhost)
  --only internal-db   makes the database's node alone; machines with the others join it, see
                       consign node invite --help
  --set-up             stops when the first start is done and its logins are printed: systemd runs the programs
                       then, see docs/runbook.md

The ports are 60 in a row from CONSIGN_PORT_BASE on (default 8440). From the first start on they are part of the
configuration, as everything else that is the nodes' own: see consign config --help. A later start with another
CONSIGN_PORT_BASE moves them, when all nodes are on this machine.
`;

const wildcards = ['0.0.0.0', '::'];

function readOptions() {
  const { values } = parseArgs({
    options: {
      state: { type: 'string' },
      empty: { type: 'boolean', default: false },
      listen: { type: 'string' },
      only: { type: 'string' },
      'set-up': { type: 'boolean', default: false },
      verbose: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.only !== undefined && values.only !== 'internal-db')
    throw new StartupError('USAGE', '--only takes internal-db: every cluster begins with it.');
  if (values.listen !== undefined && wildcards.includes(values.listen))
    throw new StartupError('USAGE', '--listen takes one address by which this machine is reached.');
  return values;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const installation = new Installation({
    directory: resolve(options.state ?? process.env['CONSIGN_STATE'] ?? 'var'),
    portBase: process.env['CONSIGN_PORT_BASE'],
    withDemo: !options.empty,
    host: options.listen,
    onlyDatabase: options.only !== undefined,
    setUpOnly: options['set-up'],
    showAll: options.verbose,
    say: (line) => process.stderr.write(`${line}\n`),
    show: (text) => process.stdout.write(`${text}\n`),
  });
  const stopped = new Promise<string>((resolve_) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        installation.stop().then(() => resolve_('stopped'), exitPlainly);
      });
    }
  });
  await Promise.race([installation.run(), stopped]);
  process.exit(0);
}

function exitPlainly(error: unknown): never {
  const isExpected =
    error instanceof StartupError ||
    error instanceof ConfigurationError ||
    error instanceof PublishError ||
    (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS');
  const text = isExpected ? (error as Error).message : ((error as Error).stack ?? String(error));
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main().catch(exitPlainly);
