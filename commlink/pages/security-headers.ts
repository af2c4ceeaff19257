// The headers that every answer carries, whatever made it. Sources: OWASP Secure Headers, CSP Level 3, Fetch Metadata.
// Called by the apps of portal and console for each request; routes may only replace Cache-Control.

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const unusedFeatures = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'microphone',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/** What our own pages use, and no frame in them: passkeys. */
const ownFeatures = ['publickey-credentials-create', 'publickey-credentials-get'];

const permissionsPolicy = [
  ...unusedFeatures.map((name) => `${name}=()`),
  ...ownFeatures.map((name) => `${name}=(self)`),
].join(', ');

/** Name and value of each header. Referrer-Policy is `same-origin`: with `no-referrer`, forms would say `Origin: null`. */
const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': contentSecurityPolicy,
  'strict-transport-security': 'max-age=31536000',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'permissions-policy': permissionsPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'origin-agent-cluster': '?1',
  'cache-control': 'no-store',
};

/** The headers of the answer to one request; `incident` is the request's id. */
export function answerHeaders(incident: string): Record<string, string> {
  return { ...securityHeaders, 'x-request-id': incident };
}
