// The ledger's logins of deliveries: for each that is live, the name and what its password hashes to, as the grant said. Callers:
// staging, which notes them in its own transaction; login-alone.ts, which asks while internal-db can't be. A delivery's password has
// 144 random bits, so that its SHA-256 tells nobody anything.
import type { GrantedLogin } from '#commlink/methods/documents.ts';
import type { Ledger } from './ledger.ts';

/** The delivery that a login belongs to. */
export interface LoginDelivery {
  readonly delivery: string;
  readonly account: string;
  readonly passwordSha256: string;
  readonly stagedUntilMs: number;
}

/** See each method. */
export interface DeliveryLogins {
  /** Notes the login of a delivery that was recorded in the same transaction. */
  add(delivery: string, login: GrantedLogin): void;
  /** Null when no live delivery has this name. */
  find(name: string): LoginDelivery | null;
}

/** Reads and writes the logins of `ledger`. They go with their delivery's row. */
export function openDeliveryLogins({ database }: Ledger): DeliveryLogins {
  const insert = database.prepare('insert into delivery_login values (?, ?, ?)');
  const select = database.prepare(
    `select l.delivery, d.account, l.password_sha256, d.staged_until_ms
     from delivery_login l join delivery d on d.delivery = l.delivery where l.name = ? and d.state = 'staged'`,
  );
  return {
    add: (delivery, { name, passwordSha256 }) => void insert.run(name, delivery, passwordSha256),
    find: (name) => {
      const row = select.get(name);
      if (row === undefined) return null;
      return {
        delivery: String(row['delivery']),
        account: String(row['account']),
        passwordSha256: String(row['password_sha256']),
        stagedUntilMs: Number(row['staged_until_ms']),
      };
    },
  };
}
