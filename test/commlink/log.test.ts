// What a log line says, and what it never says: named fields with secrets, wherever they stand.
import t from 'tap';
import { runProgram } from '../rig/run-program.ts';

const module = new URL('../../commlink/log.ts', import.meta.url).href;

async function linesOf(statements: string): Promise<Record<string, unknown>[]> {
  const script = `import { createLogger } from '${module}'; const log = createLogger('tested', 'debug'); ${statements}`;
  const { code, stdout, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', script]);
  if (code !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

t.test('a line has its name, level, time, fields and words', async (t) => {
  const [line] = await linesOf(
    "log.info({ account: 'acme', list: [1, { a: 2 }], at: new Date(0) }, 'staged');",
  );
  t.match(line, { name: 'tested', level: 30, time: /^\d{4}-.*Z$/, account: 'acme', msg: 'staged' });
  t.same(line?.['list'], [1, { a: 2 }]);
  t.equal(line?.['at'], '1970-01-01T00:00:00.000Z');
});

t.test('a secret field is left out, at any depth, of fields, children and errors', async (t) => {
  const lines = await linesOf(`
    log.info({ password: 's3cret', account: { token: 's3cret', name: 'acme', more: { key: 's3cret', kept: 1 } } }, 'fields');
    log.info({ list: [{ cookie: 's3cret', kept: 2 }] }, 'list');
    log.child({ session: 's3cret', node: 'ftp1' }).info('child');
    log.error({ err: Object.assign(new Error('why'), { code: 'E', grant: 's3cret', deep: { url: 's3cret' } }) }, 'error');
    log.error(Object.assign(new Error('bare'), { secret: 's3cret' }));
    let deep = { password: 's3cret' }; for (let depth = 0; depth < 20; depth += 1) deep = { deep };
    log.info({ deep }, 'deep');`);
  t.notMatch(JSON.stringify(lines), 's3cret');
  const [fields, list, child, error, bare] = lines;
  t.match(fields, { account: { name: 'acme', more: { kept: 1 } } });
  t.match(list, { list: [{ kept: 2 }] });
  t.match(child, { node: 'ftp1', msg: 'child' });
  t.match(error, { err: { type: 'Error', message: 'why', stack: String, code: 'E' } });
  t.match(bare, { err: { message: 'bare' } });
});

t.test('so it is in errors under any name, and in what objects make of themselves', async (t) => {
  const lines = await linesOf(`
    const failed = (why) => Object.assign(new Error(why), { grant: 's3cret', deep: { token: 's3cret' } });
    log.warn({ cause: failed('named'), causes: [failed('listed')] }, 'errors');
    log.error({ err: Object.assign(new Error('outer'), { inner: failed('inner') }) }, 'within');
    log.child({ reason: failed('bound') }).info('child');
    class Session { toJSON() { return { id: 1, password: 's3cret', more: { key: 's3cret' } }; } }
    log.info({ session1: new Session(), list: [new Session()] }, 'own form');`);
  t.notMatch(JSON.stringify(lines), 's3cret');
  const [errors, within, child, form] = lines;
  t.match(errors, {
    cause: { type: 'Error', message: 'named', stack: String },
    causes: [{ message: 'listed' }],
  });
  t.match(within, { err: { message: 'outer', inner: { message: 'inner' } } });
  t.match(child, { reason: { message: 'bound' } });
  t.match(form, { session1: { id: 1, more: {} }, list: [{ id: 1 }] });
});

t.test('what refers to itself is written all the same', async (t) => {
  const lines = await linesOf("const a = { n: 1 }; a.a = a; log.info({ a }, 'circle'); log.info('after');");
  t.match(lines, [{ msg: 'circle', a: { n: 1 } }, { msg: 'after' }]);
});

t.test(
  'lines of one turn are written together, in order, and all of them when the process ends in that turn',
  async (t) => {
    const lines = await linesOf(`
    for (let count = 0; count < 100; count += 1) log[count % 10 === 9 ? 'warn' : 'info']({ count }, 'line');
    process.on('exit', () => log.info({ count: 100 }, 'line'));
    process.exit();`);
    t.same(
      lines.map(({ count }) => count),
      Array.from({ length: 101 }, (_, count) => count),
    );
  },
);

t.test('a warning is there even if nothing comes after it, and with it what came before', async (t) => {
  const lines = await linesOf(`
    log.info('before'); log.warn('warned'); log.info('after'); process.reallyExit(0);`);
  t.same(
    lines.map(({ msg }) => msg),
    ['before', 'warned'],
  );
});

t.test('what processes write to one pipe is not mixed', async (t) => {
  const writer = `import { createLogger } from '${module}'; const log = createLogger('tested');
    const turn = (left) => { for (let count = 0; count < 50; count += 1) log.info({ text: 'ä'.repeat(count) }, 'line');
      if (left > 0) setImmediate(turn, left - 1); }; turn(19);`;
  const start = `process.execPath, ['--input-type=module', '-e', ${JSON.stringify(writer)}], { stdio: 'inherit' }`;
  const script = `import { spawn } from 'node:child_process'; for (const _ of [1, 2, 3]) spawn(${start});`;
  const { code, stdout, stderr } = await runProgram(process.execPath, ['--input-type=module', '-e', script]);
  t.equal(code, 0, stderr);
  const lines = stdout.trim().split('\n');
  t.equal(lines.length, 3000);
  t.ok(lines.every((line) => (JSON.parse(line) as { msg: string }).msg === 'line'));
});
