// Turns the room's own errors into what a caller is told, in one place for all method tables. Called where the tables'
// handlers are put together. What is not named here stays as it is: the RPC layer logs it and answers `internal`.
import type { Logger } from '#commlink/log.ts';
import { RpcError } from '#commlink/rpc-error.ts';
import { InternalDbError } from './internal-db-error.ts';
import { machineRefusals } from './texts/service-texts.ts';

type AnyHandler = (params: never, context: never) => Promise<unknown>;

/** Wraps each handler of a table so that InternalDbErrors leave it as RpcErrors. */
export function answerErrors<H extends Readonly<Record<string, AnyHandler>>>(handlers: H, log: Logger): H {
  const wrapped = Object.entries(handlers).map(([method, handler]) => {
    const answered: AnyHandler = async (params, context) => {
      try {
        return await handler(params, context);
      } catch (error) {
        throw replyFor(error, (code) => log.error({ method, code, err: error }, 'call failed'));
      }
    };
    return [method, answered];
  });
  return Object.fromEntries(wrapped) as H;
}

/** The error that a caller gets. `report` is called for what an operator should see. */
export function replyFor(error: unknown, report: (code: InternalDbError['code']) => void): unknown {
  if (!(error instanceof InternalDbError)) return error;
  switch (error.code) {
    case 'disk_full':
      report(error.code);
      return new RpcError('overloaded', machineRefusals.diskFull, { cause: error });
    case 'taken':
      return new RpcError('conflict', machineRefusals.nameTaken, { cause: error });
    case 'overloaded':
      return new RpcError('overloaded', machineRefusals.databaseBusy, {
        cause: error,
      });
    case 'closed':
      return new RpcError('unavailable', machineRefusals.databaseEnding, { cause: error });
    case 'unreachable':
      report(error.code);
      return new RpcError('unavailable', machineRefusals.databaseAway, {
        cause: error,
      });
    case 'outcome_unknown':
      report(error.code);
      return new RpcError('deadline', machineRefusals.outcomeUnknown, { cause: error });
    // Only of what runs beside the calls.
    case 'clock_apart':
    case 'store_fault':
      return error;
    default:
      return error;
  }
}
