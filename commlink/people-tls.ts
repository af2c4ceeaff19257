// What is agreed on with the programs of people, on every door that has a certificate: TLS 1.2 and 1.3 with forward
// secrecy and authenticated encryption only (RFC 9325), and a key exchange that a quantum computer does not undo where the
// client has it. Callers: https-entrance.ts and the session servers. Links between nodes have stricter terms of their own.

const cipherSuites = [
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

/** Options of node:tls. The order is ours: the first suite is fast and strong enough everywhere. */
export const peopleTls = {
  ciphers: cipherSuites.join(':'),
  ecdhCurve: 'X25519MLKEM768:X25519:prime256v1:secp384r1',
  honorCipherOrder: true,
} as const;
