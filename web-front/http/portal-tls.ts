// The portal's TLS: 1.2 and 1.3, forward secrecy and authenticated encryption only (RFC 9325). The elliptic curves and
// signature algorithms are OpenSSL's own. Called by portal-app.ts.
import type { ServerOptions } from 'node:https';
import { httpLimits } from '../limits.ts';

const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/** Server options from PEM texts. */
export function portalTls(pem: { certificate: string; privateKey: string }): ServerOptions {
  return {
    cert: pem.certificate,
    key: pem.privateKey,
    minVersion: 'TLSv1.2',
    ciphers: ciphers.join(':'),
    handshakeTimeout: httpLimits.tlsHandshakeTimeoutMs,
    maxHeaderSize: httpLimits.headerBytesMax,
  };
}
