// What a program must be told on its own machine before it can have a configuration: who it is, and where its keys and
// its share of the cluster's configuration are kept. Everything else comes in its sealed section.
// Written by `consign node join` or the launcher; read by each component's main.ts.
import { Slug } from '../methods/fields.ts';
import { Type, strictObject, type Static } from '../schema.ts';

const FilePath = Type.String({ minLength: 1, maxLength: 4096 });

/** File paths are absolute; the directory is 0700, its files and the key file are 0600. */
export const NodeBootstrap = strictObject({
  cluster: Slug,
  name: Slug,
  /** The node's private keys (node-keys.ts). */
  keyFile: FilePath,
  /** Installed and candidate version, the protocol's durable state, and the history. */
  configurationDirectory: FilePath,
  /** Unix socket, 0600, on which this node takes operators' commands. */
  operatorSocket: FilePath,
});
export type NodeBootstrap = Static<typeof NodeBootstrap>;
