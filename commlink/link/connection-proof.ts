// The sentence that one end of a TLS connection signs to prove a key over this very connection: the TLS exporter (RFC
// 8446 section 7.5) differs in every handshake, so a sentence that was overheard, or passed on by a machine in between,
// is not the one that the other end checks. Callers: node-proof.ts, join-admission.ts, ../administration/operator-proof.ts.
import { sign, verify, type KeyObject } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { signingKeyFromRaw } from '../node-keys.ts';

const exporterBytes = 32;

/** What is signed. `words` name the purpose, the end that signs and what else it vouches for; none holds a NUL. */
export interface ProofSentence {
  readonly socket: TLSSocket;
  readonly exporterLabel: string;
  readonly identityText: string;
  readonly words: readonly string[];
}

/** The bytes of the sentence: each word and a NUL, then the exporter with the identity as its context. */
export function sentenceBytes(sentence: ProofSentence): Buffer {
  const { socket, exporterLabel, identityText, words } = sentence;
  const exported = socket.exportKeyingMaterial(exporterBytes, exporterLabel, Buffer.from(identityText));
  return Buffer.concat([Buffer.from(words.map((word) => `${word}\0`).join('')), exported]);
}

/** The signature, base64url: 86 characters. */
export function signSentence(sentence: ProofSentence, privateKey: KeyObject): string {
  return sign(null, sentenceBytes(sentence), privateKey).toString('base64url');
}

/** Whether `signature` is that of the raw Ed25519 key. False also for a key that is none. */
export function isSignedBy(rawSigningKey: string, sentence: ProofSentence, signature: string): boolean {
  const key = publicKeyOf(rawSigningKey);
  return key !== undefined && verify(null, sentenceBytes(sentence), key, Buffer.from(signature, 'base64url'));
}

/** Strangers send their key with the proof: not every 32 bytes are one. */
function publicKeyOf(rawSigningKey: string): KeyObject | undefined {
  try {
    return signingKeyFromRaw(rawSigningKey);
  } catch {
    return undefined;
  }
}
