// Settings that were sealed before a setting existed: it has its default then. Whoever opens a section completes it first.
// Callers: a node, which opens its own section; the operator's side, which opens the configuration of all.
import type { NodeRole } from '../node-config.ts';
import { fillDefaults } from '../schema.ts';
import { roleSettings, type SettingsOf } from './cluster-configuration.ts';
import { settingsChecks } from './settings-checks.ts';

/** Settings of role R with every member that has a default; throws SchemaError when they do not fit even so. */
export function completeSettings<R extends NodeRole>(role: R, settings: unknown): SettingsOf<R> {
  return settingsChecks[role].parse(fillDefaults(roleSettings[role], settings));
}

/** A configuration as it was sealed, with the settings of each node completed. It is not checked. */
export function completeConfiguration(sealed: unknown): unknown {
  if (!isObject(sealed) || !isObject(sealed.nodes)) return sealed;
  const nodes = Object.entries(sealed.nodes).map(([name, entry]) => [name, completeEntry(entry)]);
  return { ...sealed, nodes: Object.fromEntries(nodes) };
}

function completeEntry(entry: unknown): unknown {
  if (!isObject(entry) || !isRole(entry.role)) return entry;
  return { ...entry, settings: fillDefaults(roleSettings[entry.role], entry.settings) };
}

function isRole(role: unknown): role is NodeRole {
  return typeof role === 'string' && Object.hasOwn(roleSettings, role);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
