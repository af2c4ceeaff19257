// The filter between a session server and the kernel: a program of classic BPF that seccomp(2) runs on every system call.
// Callers: kernel-filter.ts, and forbid-rings.ts of the stager. It trusts nothing that the process may do later: a filter can't be
// taken off. Refused calls fail with EPERM, so that a fault of ours is an error in a log and not a dead process.
import { deniedCalls, identityCalls, restrictedCalls, type CallNumbers } from './denied-calls.ts';

/** One instruction: code, jumps when true and when false, and the constant (struct sock_filter, linux/filter.h). */
interface Instruction {
  readonly code: number;
  readonly ifTrue: number;
  readonly ifFalse: number;
  readonly constant: number;
}

/** What the filter depends on. */
export interface FilterOptions {
  /** The only process that may be sent signals. */
  readonly pid: number;
  /** Whether connections to others may be opened, as FTP's active mode does. */
  readonly mayConnect: boolean;
  /** Whether root directory and user may still change, once. */
  readonly mayChangeIdentity: boolean;
}

const machines = {
  /** AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64 (linux/audit.h); the index is that of CallNumbers. */
  x64: { audit: 0xc000003e, index: 0 },
  arm64: { audit: 0xc00000b7, index: 1 },
} as const;

/** Offsets in struct seccomp_data (linux/seccomp.h). */
const callOffset = 0;
const machineOffset = 4;
const argumentsOffset = 16;

const allow = ret(0x7fff0000);
const killProcess = ret(0x80000000);
const refuse = ret(0x00050000 + 1);
/** As if the kernel were older: the C library then takes clone(2), whose flags can be seen. */
const notThere = ret(0x00050000 + 38);

/** An argument of a call, 32 bits of it, and what it may be. */
interface Condition {
  readonly argument: number;
  readonly half?: 'low' | 'high';
  readonly mask?: number;
  readonly oneOf: readonly number[];
}

/** open(2): O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND, O_TMPFILE. */
const writingFlags = 0x1 | 0x2 | 0x40 | 0x200 | 0x400 | 0x400000;
const cloneThread = 0x10000;
/** sendto(2) with it connects by itself. */
const fastOpen = 0x20000000;
/** io_uring_setup(2), on both machines. */
const ringSetup = 425;
const internetFamilies = [2, 10];
const streamType = 1;
/** ioctl(2) that types into the terminal of whoever started the node: TIOCSTI, TIOCLINUX. */
const terminalInput = [0x5412, 0x541c];
/** ioctl(2): FIOSETOWN and SIOCSPGRP; fcntl(2): F_SETOWN, F_SETSIG and F_SETOWN_EX. They have the kernel signal others. */
const socketOwners = [0x8901, 0x8902];
const signalOwners = [8, 10, 15];

/** The program for this machine, as bytes; null for a machine whose calls are not known here. */
export function buildSeccompFilter(machine: string, options: FilterOptions): Buffer | null {
  if (machine !== 'x64' && machine !== 'arm64') return null;
  const { audit, index } = machines[machine];
  const onCall = (numbers: CallNumbers, body: readonly Instruction[]): Instruction[] => {
    const number = numbers[index];
    return number === null ? [] : [jumpIfEqual(number, 0, body.length), ...body];
  };
  const always = options.mayChangeIdentity ? [deniedCalls] : [deniedCalls, identityCalls];
  return encode([
    load(machineOffset),
    jumpIfEqual(audit, 1, 0),
    killProcess,
    load(callOffset),
    // The x32 calls of x86_64: the same calls under other numbers.
    jumpIfAnyBit(0x40000000, 0, 1),
    refuse,
    ...always.flatMap((calls) => Object.values(calls).flatMap((numbers) => onCall(numbers, [refuse]))),
    ...restrictions(options).flatMap(([numbers, body]) => onCall(numbers, body)),
    allow,
  ]);
}

/** The program that lets nobody make an io_uring; null for a machine whose calls are not known here. */
export function buildRingFilter(machine: string): Buffer | null {
  if (machine !== 'x64' && machine !== 'arm64') return null;
  return encode([load(callOffset), jumpIfEqual(ringSetup, 0, 1), refuse, allow]);
}

function restrictions({ pid, mayConnect }: FilterOptions): [CallNumbers, Instruction[]][] {
  const { open, openat, socket, connect, sendto, sendmsg, sendmmsg } = restrictedCalls;
  const { clone, clone3, kill, tgkill, prlimit64, ioctl, fcntl } = restrictedCalls;
  const noFastOpen = (argument: number): Instruction[] => only({ argument, mask: fastOpen, oneOf: [0] });
  return [
    [open, only({ argument: 1, mask: writingFlags, oneOf: [0] })],
    [openat, only({ argument: 2, mask: writingFlags, oneOf: [0] })],
    [
      socket,
      only(
        { argument: 0, oneOf: internetFamilies },
        { argument: 1, mask: 0xf, oneOf: [streamType] },
        // TCP, by default or by its number: SCTP could connect by setsockopt(2).
        { argument: 2, oneOf: [0, 6] },
      ),
    ],
    [connect, mayConnect ? [allow] : [refuse]],
    [sendto, noFastOpen(3)],
    [sendmsg, noFastOpen(2)],
    [sendmmsg, noFastOpen(3)],
    [clone, only({ argument: 0, mask: cloneThread, oneOf: [cloneThread] })],
    [clone3, [notThere]],
    [kill, only({ argument: 0, oneOf: [pid] })],
    [tgkill, only({ argument: 0, oneOf: [pid] })],
    // Limits may be read, its own, and not changed: no pointer to new ones.
    [
      prlimit64,
      only(
        { argument: 0, oneOf: [0, pid] },
        { argument: 2, oneOf: [0] },
        { argument: 2, half: 'high', oneOf: [0] },
      ),
    ],
    [ioctl, never({ argument: 1, oneOf: [...terminalInput, ...socketOwners] })],
    [fcntl, never({ argument: 1, oneOf: signalOwners })],
  ];
}

/** Allows the call when every condition holds, and refuses it otherwise. */
function only(...conditions: readonly Condition[]): Instruction[] {
  const checks = conditions.flatMap((condition) => {
    const { oneOf } = condition;
    return [
      ...loadArgument(condition),
      ...oneOf.map((value, at) => jumpIfEqual(value, oneOf.length - at, 0)),
      refuse,
    ];
  });
  return [...checks, allow];
}

/** Refuses the call when the condition holds, and allows it otherwise. */
function never(condition: Condition): Instruction[] {
  const { oneOf } = condition;
  return [
    ...loadArgument(condition),
    ...oneOf.map((value, at) => jumpIfEqual(value, oneOf.length - at, 0)),
    allow,
    refuse,
  ];
}

function loadArgument({ argument, half = 'low', mask }: Condition): Instruction[] {
  const loading = load(argumentsOffset + 8 * argument + (half === 'high' ? 4 : 0));
  return mask === undefined ? [loading] : [loading, instruction(0x54, mask)];
}

/** BPF_LD | BPF_W | BPF_ABS. */
function load(offset: number): Instruction {
  return instruction(0x20, offset);
}

/** BPF_JMP | BPF_JEQ | BPF_K. Jumps count instructions behind this one. */
function jumpIfEqual(constant: number, ifTrue: number, ifFalse: number): Instruction {
  return { code: 0x15, ifTrue, ifFalse, constant };
}

/** BPF_JMP | BPF_JSET | BPF_K. */
function jumpIfAnyBit(constant: number, ifTrue: number, ifFalse: number): Instruction {
  return { code: 0x45, ifTrue, ifFalse, constant };
}

/** BPF_RET | BPF_K. */
function ret(constant: number): Instruction {
  return instruction(0x06, constant);
}

function instruction(code: number, constant: number): Instruction {
  return { code, ifTrue: 0, ifFalse: 0, constant };
}

/** struct sock_filter, one after the other; both machines are little-endian. */
function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, { code, ifTrue, ifFalse, constant }] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(constant >>> 0, index * 8 + 4);
  }
  return bytes;
}
