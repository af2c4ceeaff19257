// Bans, for the command line: list, add, lift.
import { formatNetwork, parseNetwork, type IpNetwork } from '#commlink/ip-network.ts';
import type { ParamsOf, ResultOf } from '#commlink/method-table.ts';
import type { Ban, guardMethods } from '#commlink/methods/guard-methods.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { banPrefixBitsMin } from '../limits.ts';
import type { ServiceContext } from '../service-context.ts';
import type { BanRecord } from '../store/bans.ts';
import { machineRefusals } from '../texts/service-texts.ts';

type Table = typeof guardMethods;

/** The bans in force, and the nodes that do not go by all of them yet. */
export async function listBans(context: ServiceContext): Promise<ResultOf<Table, 'ban.list'>> {
  const bans = await context.bans.list();
  return { bans: bans.map(viewBan), behindNodes: context.banSender.behindNodes() };
}

/** Bans. RpcError `refused`: no network, one that is too wide, or one that the settings say is never banned. */
export async function addBan(
  context: ServiceContext,
  { actor, network: text, durationMs, reason }: ParamsOf<Table, 'ban.add'>,
): Promise<ResultOf<Table, 'ban.add'>> {
  const network = readNetwork(text);
  requireSense(context, network);
  const ban = await context.bans.add(network, { actor, reason }, async () => durationMs);
  return { ban: viewBan(ban), behindNodes: context.banSender.behindNodes() };
}

/** Lifts, and lets nobody there wait for what failed before. RpcError `not_found`: that very network is not banned. */
export async function liftBan(
  context: ServiceContext,
  { actor, network: text, reason }: ParamsOf<Table, 'ban.lift'>,
): Promise<ResultOf<Table, 'ban.lift'>> {
  const network = readNetwork(text);
  const ban = await context.bans.lift(network, { actor, reason });
  if (ban === null)
    throw new RpcError('not_found', machineRefusals.notBanned(formatNetwork(network)), {
      advice: 'See: consign bans list',
    });
  context.throttle.forget(network);
  return { ban: viewBan(ban), behindNodes: context.banSender.behindNodes() };
}

function readNetwork(text: string): IpNetwork {
  const network = parseNetwork(text);
  if (network !== null) return network;
  throw new RpcError('refused', machineRefusals.noNetwork(text));
}

function requireSense(context: ServiceContext, network: IpNetwork): void {
  const text = formatNetwork(network);
  const bitsMin = banPrefixBitsMin[network.family];
  if (network.prefixBits < bitsMin) throw new RpcError('refused', machineRefusals.tooWide(text, bitsMin));
  if (context.bans.isNeverBanned(network)) throw new RpcError('refused', machineRefusals.neverBanned(text));
}

function viewBan({ id, network, reason, bannedBy, createdAtMs, untilMs }: BanRecord): Ban {
  return { id, network, reason, bannedBy, createdAtMs, untilMs };
}
