// Lets a new node into a running cluster as two operators do: `consign node invite` (or replace) prints a ticket and waits,
// the new machine joins with it and starts, and the waiting command ends. Callers: the tests of several machines.
import type { ChildProcess } from 'node:child_process';
import type { ProgramResult } from './run-program.ts';
import { waitFor } from './running-consign.ts';

const ticketTimeoutMs = 120_000;

/** The new machine's part. */
export interface JoiningMachine {
  /** `consign node join -`, given the ticket. */
  join(ticket: string): Promise<ProgramResult>;
  /** Starts what has joined; resolves when it is up. */
  start(): Promise<void>;
}

/** `inviting` is the command that was started where the cluster is. Throws with what it said when either side fails. */
export async function letNodeIn(inviting: ChildProcess, joining: JoiningMachine): Promise<void> {
  let ticket = '';
  let said = '';
  inviting.stdout?.setEncoding('utf8').on('data', (text: string) => (ticket += text));
  inviting.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise<number | null>((resolve) => inviting.once('close', resolve));
  const isThere = (): boolean => {
    if (inviting.exitCode !== null) throw new Error(`No ticket, but code ${inviting.exitCode}: ${said}`);
    return ticket.includes('\n');
  };
  await waitFor('the ticket', isThere, ticketTimeoutMs);
  const joined = await joining.join(ticket);
  if (joined.code !== 0) throw new Error(`node join: ${joined.stderr}\n${said}`);
  await joining.start();
  const code = await ended;
  if (code !== 0) throw new Error(`The inviting command ended with ${code}: ${said}`);
}
