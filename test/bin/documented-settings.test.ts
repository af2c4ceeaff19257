// The settings that README.md and docs/ name: each is there, and takes the value that the text gives it. The schemas judge, of two nodes of
// each role; whether the values work together, the publishing commands find.
import t from 'tap';
import { parsePath, viewOf } from '#bin/operator/configuration-path.ts';
import { withTypedValue } from '#bin/operator/configuration-shape.ts';
import { schemaAt } from '#bin/operator/schema-words.ts';
import {
  ClusterPolicy,
  defaultClusterPolicy,
  roleSettings,
  type ClusterConfiguration,
} from '#commlink/settings/cluster-configuration.ts';
import { defaultEntries } from '#deploy/default-settings.ts';
import { layOutPorts } from '#deploy/ports.ts';
import { readDocuments } from './read-documents.ts';
import { commandsOf } from './shell-words.ts';

const entries = defaultEntries({ ports: layOutPorts(8440), isRoot: true });
const [db, web, ftp] = [entries['internal-db'], entries['web-front'], entries['ftp-node']];
const configuration: ClusterConfiguration = {
  policy: defaultClusterPolicy,
  nodes: { db1: db, db2: db, web1: web, web2: web, ftp1: ftp, ftp2: ftp },
};
const view = viewOf(configuration);
const schemas = {
  db: roleSettings['internal-db'],
  web: roleSettings['web-front'],
  ftp: roleSettings['ftp-node'],
  policy: ClusterPolicy,
};

/** `web1/portal/port`: the node, or the policy, and where in its settings. */
const placePattern = /^(db(?=\d)|web(?=\d)|ftp(?=\d)|policy)\d?(?:\/[A-Za-z0-9]+)+$/;

interface Pair {
  readonly path: string;
  readonly text: string;
}

/** PATH VALUE pairs of `config set`, as far as they stand before the options. */
function pairsOf([group, verb, ...words]: readonly string[]): Pair[] {
  if (group !== 'config' || verb !== 'set') return [];
  const end = words.findIndex((word) => word.startsWith('--'));
  const typed = end < 0 ? words : words.slice(0, end);
  return typed.flatMap((path, index) => (index % 2 === 0 ? [{ path, text: typed[index + 1] ?? '' }] : []));
}

/** What each document sets: in its commands, and in sentences that have a value `to` which a place is set. */
const documents = readDocuments().map(({ file, blocks, sentences, inline }) => {
  const withoutGlobals = (words: readonly string[]) => words.slice(Math.max(0, words.indexOf('config')));
  const commands = [...blocks, ...inline].flatMap(commandsOf).map(withoutGlobals);
  const said = [...sentences.matchAll(/`([a-z]+\d?\/[\w/]+)` to `([^`]+)`/g)];
  return {
    file,
    pairs: [...commands.flatMap(pairsOf), ...said.map(([, path = '', text = '']) => ({ path, text }))],
    places: inline.filter((code) => placePattern.test(code)),
  };
});

t.test('a value that a document gives a setting is one that it takes', (t) => {
  let count = 0;
  for (const { file, pairs } of documents)
    for (const { path, text } of pairs) {
      const set = () => withTypedValue(view, configuration, { path: parsePath(path), text });
      t.doesNotThrow(set, `${file}: ${path} ${text}`);
      count += 1;
    }
  t.ok(count > 25, `${count} values`);
  t.end();
});

t.test('a setting that a document names is there', (t) => {
  let count = 0;
  for (const { file, places } of documents)
    for (const place of places) {
      const schema = schemas[placePattern.exec(place)?.[1] as keyof typeof schemas];
      t.not(schemaAt(schema, parsePath(place).slice(1)), null, `${file}: ${place}`);
      count += 1;
    }
  t.ok(count > 0);
  t.equal(schemaAt(schemas.db, ['originals']), null, 'one that is not there is found');
  t.end();
});
