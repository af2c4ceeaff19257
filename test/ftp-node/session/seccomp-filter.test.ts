// The filter's program, run by a machine of a few lines for both kinds of processors; that the kernel runs it as well is
// seen in test/ftp-node/session-host/jail-reach.test.ts.
import t from 'tap';
import { deniedCalls, identityCalls, restrictedCalls } from '#ftp-node/session/denied-calls.ts';
import { buildRingFilter, buildSeccompFilter } from '#ftp-node/session/seccomp-filter.ts';

const verdicts = new Map([
  [0x7fff0000, 'allowed'],
  [0x80000000, 'killed'],
  [0x00050001, 'EPERM'],
  [0x00050026, 'ENOSYS'],
]);
const audits = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;
const machines = ['x64', 'arm64'] as const;

/** Runs a program of the instructions that ours uses on one call (struct seccomp_data). */
function run(program: Buffer, call: { audit: number; number: number; args?: readonly number[] }): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number, 0);
  data.writeUInt32LE(call.audit, 4);
  for (const [index, value] of (call.args ?? []).entries())
    data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 16 + 8 * index);
  let accumulator = 0;
  for (let at = 0; at < program.length / 8; at += 1) {
    const code = program.readUInt16LE(at * 8);
    const [ifTrue, ifFalse] = [program.readUInt8(at * 8 + 2), program.readUInt8(at * 8 + 3)];
    const constant = program.readUInt32LE(at * 8 + 4);
    if (code === 0x20) accumulator = data.readUInt32LE(constant);
    else if (code === 0x54) accumulator = (accumulator & constant) >>> 0;
    else if (code === 0x15) at += accumulator === constant ? ifTrue : ifFalse;
    else if (code === 0x45) at += (accumulator & constant) !== 0 ? ifTrue : ifFalse;
    else if (code === 0x06) return verdicts.get(constant) ?? `unknown ${constant}`;
    else throw new Error(`An instruction that does not exist: ${code}.`);
  }
  throw new Error('The program runs over its end.');
}

const options = { pid: 100, mayConnect: false, mayChangeIdentity: false };

for (const [index, machine] of machines.entries())
  t.test(`on ${machine}`, async (t) => {
    const audit = audits[machine];
    const program = buildSeccompFilter(machine, options) ?? Buffer.alloc(0);
    const decide = (name: keyof typeof restrictedCalls, ...args: number[]): string => {
      const number = restrictedCalls[name][index];
      return number === null || number === undefined ? 'none' : run(program, { audit, number, args });
    };
    for (const [name, numbers] of Object.entries({ ...deniedCalls, ...identityCalls })) {
      const number = numbers[index];
      if (number !== null && number !== undefined) t.equal(run(program, { audit, number }), 'EPERM', name);
    }
    const table: [string, string][] = [
      [decide('openat', -100, 0, 0o2000000), 'allowed'],
      ...[1, 2, 0x40, 0x200, 0x400, 0x410000].map((flags): [string, string] => [
        decide('openat', -100, 0, flags),
        'EPERM',
      ]),
      [decide('socket', 2, 1 | 0x80800), 'allowed'],
      [decide('socket', 10, 1), 'allowed'],
      [decide('socket', 1, 1), 'EPERM'],
      [decide('socket', 2, 2), 'EPERM'],
      [decide('socket', 10, 3), 'EPERM'],
      [decide('connect', 5), 'EPERM'],
      [decide('sendto', 5, 0, 0, 0x4000), 'allowed'],
      [decide('sendto', 5, 0, 0, 0x20004000), 'EPERM'],
      [decide('sendmsg', 5, 0, 0x20000000), 'EPERM'],
      [decide('clone', 0x3d0f00), 'allowed'],
      [decide('clone', 17), 'EPERM'],
      [decide('clone3', 0, 0), 'ENOSYS'],
      [decide('kill', 100, 15), 'allowed'],
      [decide('kill', 99, 15), 'EPERM'],
      [decide('kill', -1, 15), 'EPERM'],
      [decide('kill', 0, 15), 'EPERM'],
      [decide('tgkill', 99, 99, 15), 'EPERM'],
      [decide('prlimit64', 0, 7, 0, 1), 'allowed'],
      [decide('prlimit64', 99, 7, 0, 1), 'EPERM'],
      [decide('prlimit64', 0, 7, 1), 'EPERM'],
      [decide('prlimit64', 0, 7, 2 ** 32), 'EPERM'],
      [decide('ioctl', 0, 0x5412), 'EPERM'],
      [decide('ioctl', 5, 0x5411), 'allowed'],
    ];
    for (const [at, [decided, expected]] of table.entries()) t.equal(decided, expected, `row ${at + 1}`);
    const other = audits[machine === 'x64' ? 'arm64' : 'x64'];
    t.equal(run(program, { audit: other, number: 0 }), 'killed', "another machine's calls");
    t.equal(run(program, { audit: 0x40000003, number: 4 }), 'killed', 'those of 32 bits');
    t.equal(run(program, { audit, number: 0x40000000 }), 'EPERM', 'those of x32');
    const connecting = buildSeccompFilter(machine, { ...options, mayConnect: true }) ?? Buffer.alloc(0);
    t.equal(run(connecting, { audit, number: restrictedCalls.connect[index] ?? -1 }), 'allowed');
    const changing = buildSeccompFilter(machine, { ...options, mayChangeIdentity: true }) ?? Buffer.alloc(0);
    t.equal(run(changing, { audit, number: identityCalls['chroot']?.[index] ?? -1 }), 'allowed');
    const rings = buildRingFilter(machine) ?? Buffer.alloc(0);
    t.equal(run(rings, { audit, number: 425 }), 'EPERM');
    t.equal(run(rings, { audit, number: 426 }), 'allowed', 'those that there are go on');
  });

t.test('a machine whose calls are not known has no filter', async (t) => {
  t.equal(buildSeccompFilter('riscv64', options), null);
  t.equal(buildRingFilter('riscv64'), null);
});
