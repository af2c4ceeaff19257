// What appliances and the operations centre read from each other, on anything at all and on right values with something changed in
// them: read, or refused in the reader's own words. Paths that are read lead nowhere but inside.
import fc from 'fast-check';
import t from 'tap';
import { createNodeKeys } from '#commlink/node-keys.ts';
import { DocumentError } from '#commlink/document-error.ts';
import {
  beginMessage,
  peekUid,
  signApplianceMessage,
  verifyApplianceMessage,
} from '#commlink/fleet/appliance-message.ts';
import { readBeat } from '#commlink/fleet/beat.ts';
import { readCatalogBundle } from '#commlink/fleet/catalog-bundle.ts';
import { readCatalogSubject, readTargetCustom } from '#commlink/fleet/catalog-entries.ts';
import { openEnrolment, readEnrolmentReply, signEnrolment } from '#commlink/fleet/enrolment.ts';
import { parseDevicePath, parsePackagePath, parseTargetPath } from '#commlink/fleet/fleet-names.ts';
import { readManifest } from '#commlink/fleet/package/manifest.ts';
import { PackageError } from '#commlink/fleet/package/package-error.ts';
import { readSourcesReply, readSourcesRequest } from '#commlink/fleet/sources.ts';
import { TufError } from '#commlink/fleet/tuf/tuf-error.ts';
import { verifyBundle } from '#commlink/fleet/tuf/verify-bundle.ts';
import { nowMs, TwoRepositories, uid } from '../commlink/fleet/two-repositories.ts';

const numRuns = 1500;
const keys = createNodeKeys();
const sha256 = 'a'.repeat(64);
const path = 'tool/1.4.0/tool.cpk';
const base = beginMessage(uid, nowMs);

const machine = {
  loadAverage: 0.5,
  memoryFreeBytes: 1,
  memoryBytes: 2,
  diskFreeBytes: 1,
  diskBytes: 2,
  uptimeSeconds: 3,
};
const result = { path, version: '1.4.0', outcome: 'failed', code: 'x', exitCode: -9, output: 'o', atMs: 1 };
const plugin = { name: 'p', phase: 'post', exitCode: null, output: '', data: '{}' };
const beat = {
  ...base,
  cause: 'cycle',
  bootId: 'b',
  counter: 1,
  agentVersion: '1',
  clockOffsetMs: -5,
  machine,
  hardware: sha256,
  catalog: { sha256, version: 1 },
  installed: [{ product: 'tool', version: '1.4.0', path, sha256 }],
  files: [{ path: 'files/motd', sha256 }],
  results: [result],
  plugins: [plugin],
  problems: [{ code: 'c', about: 'a', atMs: 1 }],
  waiting: [{ path, code: 'unmet_dependency', about: 'a' }],
  downloads: { bytes: 1, resumed: 0, source: null },
};
const url = { node: 'n', transport: 'https', url: 'https://127.0.0.1/x', ca: null, expiresAtMs: 1 };
const login = {
  ...url,
  transport: 'sftp',
  host: 'h',
  port: 22,
  login: 'l',
  password: 'p',
  path: 'a/b',
  hostKeys: ['SHA256:x'],
};
const sources = { nowMs, targets: [{ path, sources: [url, login] }] };
const subject = {
  uid,
  type: 't',
  account: 'a',
  site: 's',
  madeAtMs: 1,
  windows: [{ weekdays: [1], fromMinute: 0, toMinute: 60 }],
  bandwidth: 1,
};
const custom = {
  kind: 'file',
  product: null,
  path: '/etc/motd',
  mode: 0o644,
  owner: 'root',
  group: null,
  reload: ['/bin/true'],
};
const manifest = {
  name: 'n',
  product: 'tool',
  version: '1.4.0',
  requires: [{ product: 'other', range: '>=1' }],
  from: null,
  files: [{ path: 'bin/run', sizeBytes: 1, sha256, mode: 0o755, isPlaceholder: false }],
  install: { run: 'bin/run', args: [], timeoutMs: 1000, memoryMiB: 1, outputBytesMax: 1 },
  checks: [{ run: 'bin/run', args: [], timeoutMs: 1000 }],
  configures: [{ path: '/etc/tool.conf', reload: ['/bin/true'] }],
};
const enrolmentReply = {
  uid,
  name: 'n',
  cluster: 'c',
  account: 'a',
  type: 't',
  directorRoot: '',
  packagesRoot: '',
  intervalMs: 1000,
  nowMs,
};

const hostile = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    null,
    -1,
    1.5,
    2 ** 60,
    '',
    '..',
    '../x',
    '/',
    '\0',
    '__proto__',
    [],
    {},
    '9'.repeat(3000),
    '\u202e',
  ),
);

/** The value with the member at a random place replaced, or taken away. */
function changed(value: unknown, choose: (max: number) => number, put: unknown): unknown {
  if (typeof value !== 'object' || value === null) return put;
  const copy = structuredClone(value) as Record<string, unknown>;
  const names = Object.keys(copy);
  const name = names[choose(names.length)];
  if (name === undefined) return put;
  const goesOn = choose(3) > 0 && typeof copy[name] === 'object' && copy[name] !== null;
  if (goesOn) copy[name] = changed(copy[name], choose, put);
  else if (choose(5) === 0) delete copy[name];
  else copy[name] = put;
  return copy;
}

const variants = (value: unknown) =>
  fc
    .tuple(fc.infiniteStream(fc.nat(1000)), hostile)
    .map(([stream, put]) => changed(value, (max) => (stream.next().value as number) % Math.max(1, max), put));

const readers: readonly (readonly [name: string, right: unknown, read: (value: unknown) => unknown])[] = [
  ['beat', beat, readBeat],
  ['request for sources', { ...base, counter: 7, bootId: 'boot', targets: [path] }, readSourcesRequest],
  ['list of sources', sources, (value) => readSourcesReply(JSON.stringify(value))],
  ['subject of a catalog', subject, readCatalogSubject],
  ['target', custom, (value) => readTargetCustom(parseTargetPath('files/motd'), value)],
  ['manifest', manifest, (value) => readManifest(JSON.stringify(value))],
  ['answer to an enrolment', enrolmentReply, (value) => readEnrolmentReply(JSON.stringify(value))],
  ['bundle', new TwoRepositories().bundle(), (value) => readCatalogBundle(JSON.stringify(value) ?? '')],
];

/** Null for what was refused as it should be. */
function tryOut<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    if (error instanceof DocumentError || error instanceof PackageError || error instanceof TufError)
      return null;
    throw error;
  }
}

for (const [name, right, read] of readers)
  t.test(`${name}: read, or refused`, async (t) => {
    t.ok(read(right), 'the right one is read');
    fc.assert(
      fc.property(fc.oneof(variants(right), hostile), (value) => void tryOut(() => read(value))),
      { numRuns },
    );
  });

t.test('paths lead inside, or are refused', async () => {
  const segments = fc.constantFrom(
    '..',
    '.',
    '',
    'a',
    '...',
    '\\',
    'ü',
    '\0',
    '\n',
    'files',
    '1.0.0',
    'x.cpk',
    '~',
    '%2e',
  );
  const paths = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(segments, { maxLength: 8 }).map((parts) => parts.join('/')),
  );
  fc.assert(
    fc.property(paths, (raw) => {
      for (const parse of [parsePackagePath, parseDevicePath, parseTargetPath]) {
        const parsed = tryOut(() => parse(raw));
        if (parsed === null) continue;
        const parts = (parse === parseDevicePath ? parsed.slice(1) : parsed).split('/');
        const isInside = parts.every((part) => !['', '.', '..'].includes(part) && !/[\0\n\\]/.test(part));
        if (parsed !== raw || !isInside) throw new Error(`${raw} was read as ${parsed}`);
      }
    }),
    { numRuns: 5 * numRuns },
  );
});

t.test('messages with anything changed in them are refused', async (t) => {
  const enrolment = { code: 'CODE', sentAtMs: 1, nonce: base.nonce, name: null, agentVersion: '1' };
  const hardware = { machineId: null, board: null, networkAddresses: [] };
  const right = [
    signApplianceMessage('beat', beat, keys.signing.privateKey),
    signEnrolment({ ...enrolment, hardware }, keys),
  ] as const;
  const [beatText, enrolmentText] = right;
  t.equal(peekUid('beat', beatText), uid);
  t.same(readBeat(verifyApplianceMessage('beat', beatText, keys.signing.publicKey)), beat);
  t.equal(openEnrolment(enrolmentText).signingKey, keys.signing.raw);
  t.throws(() => verifyApplianceMessage('ping-request', beatText, keys.signing.publicKey), {
    code: 'bad_signature',
  });
  t.throws(() => openEnrolment(beatText), { code: 'malformed' });
  fc.assert(
    fc.property(
      fc.nat(),
      fc.constantFrom('A', 'z', '_', '.', '', ' ', 'é'),
      fc.boolean(),
      (at, put, isBeat) => {
        const text = isBeat ? beatText : enrolmentText;
        const place = at % text.length;
        const other = text.slice(0, place) + put + text.slice(place + 1);
        if (other === text) return;
        const open = () =>
          isBeat ? verifyApplianceMessage('beat', other, keys.signing.publicKey) : openEnrolment(other);
        if (tryOut(open) !== null) throw new Error(`taken: ${other}`);
      },
    ),
    { numRuns },
  );
});

t.test(
  'bundles with anything changed in them are refused by a code, and nothing else of them is trusted',
  async () => {
    const repositories = new TwoRepositories();
    const bundle = repositories.bundle();
    const trusted = repositories.enrolled();
    const repository = fc.constantFrom('director' as const, 'packages' as const);
    const role = fc.constantFrom('timestamp' as const, 'snapshot' as const, 'targets' as const);
    fc.assert(
      fc.property(
        fc.tuple(repository, role, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })),
        ([name, part, at, put]) => {
          const text = bundle[name][part];
          const place = at % text.length;
          const other = text.slice(0, place) + put + text.slice(place + 1);
          if (JSON.stringify(tryJson(other)) === JSON.stringify(tryJson(text))) return;
          const tampered = { ...bundle, [name]: { ...bundle[name], [part]: other } };
          const verdict = verifyBundle({ trusted, bundle: tampered, uid, nowMs });
          if (verdict.accepted) throw new Error(`accepted: ${other}`);
          if (verdict.trusted[name][part] === other) throw new Error(`trusted: ${other}`);
        },
      ),
      { numRuns: 600 },
    );
  },
);

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
