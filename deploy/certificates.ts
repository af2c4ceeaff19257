// The certificates of a one-machine installation: a small authority of its own, and one server certificate a program.
// The one door to node-forge. Called by first-start.ts at every start; what is near its end is made anew.
import { X509Certificate, createHash, createPrivateKey, createSign, generateKeyPair } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { writePrivateFile } from '#commlink/private-file.ts';
import { authorityLifetimeDays, certificateLifetimeDays, certificateRenewalMs } from './limits.ts';
import { programNames, type StateLayout } from './state-directory.ts';

const dayMs = 86_400_000;
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
interface Issued {
  readonly certificate: string;
  readonly privateKey: string;
}

/** A program's certificate and key files. */
export function certificateFiles(layout: StateLayout, program: (typeof programNames)[number]) {
  const directory = layout.programDirectory(program);
  return { certFile: join(directory, 'tls-cert.pem'), keyFile: join(directory, 'tls-key.pem') };
}

/** Makes what is missing, near its end or from another authority; returns the names of the certificates made. */
export async function ensureCertificates(layout: StateLayout): Promise<string[]> {
  let authority = await readIssued(layout.caFile, layout.caKeyFile);
  const made: string[] = [];
  if (authority === null || isNearEnd(authority.certificate)) {
    authority = issueAuthority(await createKeys());
    await writePrivateFile(layout.caKeyFile, authority.privateKey);
    await writePrivateFile(layout.caFile, authority.certificate);
    made.push('authority');
  }
  for (const program of programNames) {
    const { certFile, keyFile } = certificateFiles(layout, program);
    const current = await readIssued(certFile, keyFile);
    if (current !== null && isGood(current, authority)) continue;
    const server = issueServer(await createKeys(), authority);
    await writePrivateFile(keyFile, server.privateKey);
    await writePrivateFile(certFile, server.certificate);
    made.push(program);
  }
  return made;
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

function isNearEnd(certificate: string): boolean {
  return Date.parse(new X509Certificate(certificate).validTo) - Date.now() < certificateRenewalMs;
}

/** A crash between the writing of a key and of its certificate leaves two that do not fit: then both are made anew. */
function isGood(issued: Issued, authority: Issued): boolean {
  const certificate = new X509Certificate(issued.certificate);
  const issuer = new X509Certificate(authority.certificate);
  return (
    !isNearEnd(issued.certificate) &&
    certificate.verify(issuer.publicKey) &&
    certificate.checkPrivateKey(createPrivateKey(issued.privateKey)) &&
    hostNames().every((name) => certificate.checkHost(name) !== undefined)
  );
}

function hostNames(): string[] {
  const own = hostname().toLowerCase();
  return own === 'localhost' || !/^[a-z0-9.-]+$/.test(own) ? ['localhost'] : ['localhost', own];
}

function createCertificate(commonName: string, lifetimeDays: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  // 16 random bytes; the leading 4 keeps the number positive (RFC 5280, 4.1.2.2).
  certificate.serialNumber = `4${forge.util.bytesToHex(forge.random.getBytesSync(16)).slice(1)}`;
  certificate.validity.notBefore = new Date(Date.now() - backdateMs);
  certificate.validity.notAfter = new Date(Date.now() - backdateMs + lifetimeDays * dayMs);
  certificate.setSubject([
    { name: 'commonName', value: commonName },
    { name: 'organizationName', value: 'Consign (this machine)' },
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

function issueServer(keys: KeyPair, authority: Issued): Issued {
  const issuer = new X509Certificate(authority.certificate);
  const issuerKey = issuer.publicKey.export({ type: 'spki', format: 'der' });
  const certificate = createCertificate('localhost', certificateLifetimeDays);
  certificate.setIssuer(parseSubject(issuer));
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    {
      name: 'subjectAltName',
      altNames: [
        ...hostNames().map((value) => ({ type: subjectAltName.dns, value })),
        ...['127.0.0.1', '::1'].map((ip) => ({ type: subjectAltName.ip, ip })),
      ],
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
