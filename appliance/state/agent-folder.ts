// Where things are in the agent's state directory. Callers: every module that keeps something; main.ts names the directory.
import path from 'node:path';

/** The state directory's names. */
export interface AgentFolder {
  readonly root: string;
  /** The keys and the name, 0600. */
  readonly identity: string;
  /** The keys of an enrolment that is under way, 0600. */
  readonly enrolment: string;
  /** What the update framework's client trusts: one file, replaced as a whole. */
  readonly trusted: string;
  /** The catalog that was carried out. */
  readonly catalogCurrent: string;
  /** The catalog that was verified and is being carried out. */
  readonly catalogNew: string;
  readonly journal: string;
  readonly packages: string;
  readonly staging: string;
  readonly plugins: string;
  /** The socket whose holder is the one agent of this directory. */
  readonly lock: string;
}

/** Names everything in the state directory. */
export function layOutAgentFolder(root: string): AgentFolder {
  return {
    root,
    identity: path.join(root, 'identity.json'),
    enrolment: path.join(root, 'enrolment.json'),
    trusted: path.join(root, 'trusted', 'metadata.json'),
    catalogCurrent: path.join(root, 'catalog.cur'),
    catalogNew: path.join(root, 'catalog.new'),
    journal: path.join(root, 'journal.json'),
    packages: path.join(root, 'packages'),
    staging: path.join(root, 'staging'),
    plugins: path.join(root, 'plugins'),
    lock: path.join(root, 'agent.lock'),
  };
}
