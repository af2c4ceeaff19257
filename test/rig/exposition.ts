// A strict reader of Prometheus's text format (version 0.0.4): what it does not understand, or what contradicts itself, it
// throws at. Callers: tests of /metrics.

/** One sample. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One family of samples. */
export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly Sample[];
}

const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([-+]?(?:[0-9.]+(?:e[-+]?\d+)?|Inf)|NaN)$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** Reads a whole exposition. Throws an Error that says which line is wrong. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, { type: string; help: string; samples: Sample[] }>();
  const seen = new Set<string>();
  let current = '';
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
    if (comment) {
      const [, kind = '', name = '', rest = ''] = comment;
      if (kind === 'HELP') {
        if (families.has(name)) throw new Error(`${name} appears twice`);
        families.set(name, { type: '', help: rest, samples: [] });
      }
      const family = families.get(name);
      if (!family) throw new Error(`a type before its help: ${line}`);
      if (kind === 'TYPE') family.type = rest;
      current = name;
      continue;
    }
    const sample = parseSample(line);
    const family = families.get(current);
    const allowed = (suffixes[family?.type ?? ''] ?? []).map((suffix) => current + suffix);
    if (!family || !allowed.includes(sample.name)) throw new Error(`a sample outside its family: ${line}`);
    const identity = identify(sample);
    if (seen.has(identity)) throw new Error(`the same sample twice: ${line}`);
    seen.add(identity);
    family.samples.push(sample);
  }
  for (const [name, family] of families) checkFamily(name, family);
  return families;
}

/** The value of the one sample of that name whose labels include these; undefined when there is none. */
export function valueOf(
  families: Map<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = [...families.values()]
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  if (found.length > 1) throw new Error(`${name} is there ${found.length} times`);
  return found[0]?.value;
}

/** The same for the same labels, in whatever order. */
function identify({ name, labels }: Sample): string {
  const pairs = Object.entries(labels).map((pair) => JSON.stringify(pair));
  return `${name} ${pairs.toSorted().join(' ')}`;
}

function parseSample(line: string): Sample {
  const [, name = '', labelText = '', value = ''] = samplePattern.exec(line) ?? [];
  if (name === '') throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < labelText.length) {
    const [, label = '', content = ''] = labelPattern.exec(labelText) ?? [];
    if (label === '' || label in labels) throw new Error(`labels that are none: ${line}`);
    labels[label] = content;
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function checkFamily(name: string, { type, samples }: { type: string; samples: Sample[] }): void {
  if (!(type in suffixes)) throw new Error(`${name} has no known type: ${type}`);
  if (type === 'counter' && samples.some(({ value }) => value < 0)) throw new Error(`${name} is negative`);
  if (type !== 'histogram') return;
  const last = new Map<string, number>();
  for (const { name: sampleName, labels, value } of samples) {
    const { le, ...others } = labels;
    if (!sampleName.endsWith('_bucket')) continue;
    const series = JSON.stringify(others);
    if (le === undefined || value < (last.get(series) ?? 0)) throw new Error(`${name} has odd buckets`);
    last.set(series, value);
  }
}
