// The checks of `consign doctor` on what keeps customers out on purpose: bans that a node does not know yet, and nodes that
// somebody drains and may have forgotten.
import { ok, warn, type Finding, type Patient } from './check.ts';

/** That every node goes by the bans in force. */
export async function checkBans({ admin }: Patient): Promise<Finding[]> {
  if (admin === null) return [];
  const { bans, behindNodes } = await admin.call('ban.list', {});
  const detail = bans.length === 0 ? 'none' : `${bans.length} in force`;
  if (behindNodes.length === 0) return [ok('bans', detail)];
  const advice = 'They get the list when they are back: bring them back.';
  return [warn('bans', `${detail}; not known yet at ${behindNodes.join(', ')}`, advice)];
}

/** That every node takes sessions. */
export async function checkDraining({ admin }: Patient): Promise<Finding[]> {
  if (admin === null) return [];
  const { nodes } = await admin.call('status', {});
  return nodes
    .filter(({ description }) => description.draining)
    .map(({ name }) =>
      warn(
        'draining',
        `${name} takes no new sessions`,
        `When it may again: consign node drain ${name} --undo`,
      ),
    );
}
