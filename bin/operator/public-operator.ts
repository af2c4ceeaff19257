// The public part of an operator key as one word, to hand to other operators in a mail or on paper: the two public keys
// and a checksum against mistyping. Callers: the operator commands. Nothing in it is secret.
import { createHash } from 'node:crypto';
import type { Operator } from '#commlink/configuration/blocks/manifest.ts';
import { nodeIdOf } from '#commlink/node-keys.ts';
import { CliError } from '../cli-error.ts';

const prefix = 'consign-operator';
const form = new RegExp(`^${prefix}\\.([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{43})\\.([A-Za-z0-9_-]{8})$`);

/** The public part of an operator's key. */
export function encodePublicOperator({ signingKey, sealingKey }: Operator): string {
  return [prefix, signingKey, sealingKey, checksumOf(signingKey, sealingKey)].join('.');
}

/** Reads a public part. Throws CliError `usage` for one that is not whole. */
export function decodePublicOperator(name: string, text: string): Operator {
  const [, signingKey = '', sealingKey = '', checksum] = form.exec(text.trim()) ?? [];
  if (checksum === undefined || checksum !== checksumOf(signingKey, sealingKey)) {
    throw new CliError(
      'usage',
      'This is not the public part of an operator key. Copy all of what `consign operator show` prints after "public".',
    );
  }
  return { name, id: nodeIdOf(signingKey), signingKey, sealingKey };
}

function checksumOf(signingKey: string, sealingKey: string): string {
  return createHash('sha256').update(`${prefix}.${signingKey}.${sealingKey}`).digest('base64url').slice(0, 8);
}
