// The certificates of an installation: a small authority of its own, kept in the state, and server certificates that it
// issues in memory, for the nodes' sealed sections. The one door to node-forge. Called by node-identity.ts and at starts.
import { X509Certificate, createHash, createPrivateKey, createSign, generateKeyPair } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { writePrivateFile } from '#commlink/private-file.ts';
import { authorityLifetimeDays, certificateLifetimeDays, certificateRenewalMs } from './limits.ts';
import type { StateLayout } from './state-directory.ts';

const dayMs = 86_400_000;
/** In each certificate's subject, and in the issuer of those that Consign's authorities issued. */
const organization = 'Consign (this machine)';
/** Certificates are good from an hour before they were made, for peers whose clocks are behind. */
const backdateMs = 3_600_000;
const subjectAltName = { dns: 2, ip: 7 } as const;
const oids = { subjectKeyIdentifier: '2.5.29.14', ecdsaWithSha256: '1.2.840.10045.4.3.2' } as const;

interface KeyPair {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  readonly privateKey: string;
}

/** A certificate and its private key, as PEM texts. */
export interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
}

/** Reads the authority of this state; makes one when there is none, or only half of one, or when it is near its end. */
export async function ensureAuthority(layout: StateLayout): Promise<Issued> {
  const current = await readIssued(layout.caFile, layout.caKeyFile);
  if (current !== null && fits(current) && !isNearEnd(current.certificate)) return current;
  const authority = issueAuthority(await createKeys());
  await writePrivateFile(layout.caKeyFile, authority.privateKey);
  await writePrivateFile(layout.caFile, authority.certificate);
  return authority;
}

/** Issues a server certificate for these host names and addresses; the first is its common name. */
export async function issueCertificate(authority: Issued, hostNames: readonly string[]): Promise<Issued> {
  return issueServer(await createKeys(), { authority, hostNames });
}

/** The names of this machine: `localhost`, its addresses, and its host name. */
export function ownHostNames(): string[] {
  const own = hostname().toLowerCase();
  const named = own === 'localhost' || !/^[a-z0-9.-]+$/.test(own) ? [] : [own];
  return ['localhost', ...named, '127.0.0.1', '::1'];
}

/** Whether a certificate is of this authority, for all these host names, with its own key, and not near its end. */
export function isCertificateGood(
  issued: Issued,
  { authority, hostNames }: { authority: Issued; hostNames: readonly string[] },
): boolean {
  const certificate = new X509Certificate(issued.certificate);
  const isFor = (name: string): boolean =>
    (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  return (
    !isNearEnd(issued.certificate) &&
    certificate.verify(new X509Certificate(authority.certificate).publicKey) &&
    fits(issued) &&
    hostNames.every(isFor)
  );
}

/** Whether an authority that Consign made issued it. */
export function isOwnIssue(certificate: string): boolean {
  return new X509Certificate(certificate).issuer.split('\n').includes(`O=${organization}`);
}

/** P-256: made in no time, and a handshake costs the server a tenth of what RSA does. */
async function createKeys(): Promise<KeyPair> {
  return promisify(generateKeyPair)('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

async function readIssued(certFile: string, keyFile: string): Promise<Issued | null> {
  try {
    const [certificate, privateKey] = await Promise.all([
      readFile(certFile, 'utf8'),
      readFile(keyFile, 'utf8'),
    ]);
    return { certificate, privateKey };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether a certificate is to be replaced soon. */
export function isNearEnd(certificate: string): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - Date.now() < certificateRenewalMs;
}

/** A crash between the writing of a key and of its certificate leaves two that do not fit. */
function fits({ certificate, privateKey }: Issued): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
}

function createCertificate(commonName: string, lifetimeDays: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  // 16 random bytes; the leading 4 keeps the number positive (RFC 5280, 4.1.2.2).
  certificate.serialNumber = `4${forge.util.bytesToHex(forge.random.getBytesSync(16)).slice(1)}`;
  certificate.validity.notBefore = new Date(Date.now() - backdateMs);
  certificate.validity.notAfter = new Date(Date.now() - backdateMs + lifetimeDays * dayMs);
  certificate.setSubject([
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: organization },
  ]);
  return certificate;
}

function issueAuthority(keys: KeyPair): Issued {
  // Two authorities of two installations need two names, or a browser that trusts one mistakes the other for it.
  const mark = forge.util.bytesToHex(forge.random.getBytesSync(4));
  const certificate = createCertificate(`Consign local authority ${mark}`, authorityLifetimeDays);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { id: oids.subjectKeyIdentifier, value: octetString(keyIdentifier(keys.publicKey)) },
  ]);
  return { certificate: sign(certificate, keys.publicKey, keys.privateKey), privateKey: keys.privateKey };
}

function issueServer(
  keys: KeyPair,
  { authority, hostNames }: { authority: Issued; hostNames: readonly string[] },
): Issued {
  const issuer = new X509Certificate(authority.certificate);
  const issuerKey = issuer.publicKey.export({ type: 'spki', format: 'der' });
  const certificate = createCertificate(hostNames[0] ?? 'localhost', certificateLifetimeDays);
  certificate.setIssuer(parseSubject(issuer));
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: hostNames.map((name) =>
        isIP(name) ? { type: subjectAltName.ip, ip: name } : { type: subjectAltName.dns, value: name },
      ),
    },
    { id: oids.subjectKeyIdentifier, value: octetString(keyIdentifier(keys.publicKey)) },
    { name: 'authorityKeyIdentifier', keyIdentifier: keyIdentifier(issuerKey) },
  ]);
  return {
    certificate: sign(certificate, keys.publicKey, authority.privateKey),
    privateKey: keys.privateKey,
  };
}

/** The subject of a certificate in the form that node-forge takes; only names that this file writes. */
function parseSubject(certificate: X509Certificate): forge.pki.CertificateField[] {
  const names = { CN: 'commonName', O: 'organizationName' } as const;
  return certificate.subject.split('\n').map((line) => {
    const [key, ...value] = line.split('=');
    return { name: key === 'O' ? names.O : names.CN, value: value.join('=') };
  });
}

const { asn1 } = forge;

function sequence(...parts: forge.asn1.Asn1[]): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.UNIVERSAL, asn1.Type.SEQUENCE, true, parts);
}

function octetString(bytes: string): string {
  return asn1.toDer(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OCTETSTRING, false, bytes)).getBytes();
}

/** RFC 5280, 4.2.1.2, in the manner of RFC 7093: a digest of the public key, 20 bytes. */
function keyIdentifier(publicKey: Buffer): string {
  return createHash('sha256').update(publicKey).digest().subarray(0, 20).toString('latin1');
}

/**
 * Signs with ECDSA, which node-forge can't: it writes the certificate's body with a stand-in for the public key, which
 * is replaced here (RFC 5280, 4.1: the body's third and seventh fields), and Node.js signs. Returns PEM.
 */
function sign(certificate: forge.pki.Certificate, publicKey: Buffer, privateKey: string): string {
  const one = new forge.jsbn.BigInteger('1');
  certificate.publicKey = forge.pki.rsa.setPublicKey(one, one);
  certificate.siginfo.algorithmOid = oids.ecdsaWithSha256;
  certificate.signatureOid = oids.ecdsaWithSha256;
  certificate.signature = '';
  const oid = asn1.oidToDer(oids.ecdsaWithSha256).getBytes();
  const algorithm = sequence(asn1.create(asn1.Class.UNIVERSAL, asn1.Type.OID, false, oid));
  const [body] = forge.pki.certificateToAsn1(certificate).value as [forge.asn1.Asn1];
  const fields = body.value as forge.asn1.Asn1[];
  fields[2] = algorithm;
  fields[6] = asn1.fromDer(publicKey.toString('latin1'));
  const signed = Buffer.from(asn1.toDer(body).getBytes(), 'latin1');
  const signature = createSign('sha256').update(signed).sign(privateKey).toString('latin1');
  const bits = asn1.create(asn1.Class.UNIVERSAL, asn1.Type.BITSTRING, false, `\0${signature}`);
  const der = asn1.toDer(sequence(body, algorithm, bits)).getBytes();
  return forge.pem.encode({ type: 'CERTIFICATE', body: der }).replaceAll('\r', '');
}
