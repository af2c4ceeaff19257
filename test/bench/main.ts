// `npm run bench -- NAME [--json] [--quick] [--only ROW]… [--size MIB] [--postgres]`: runs one benchmark and prints one JSON object a
// line, of which the first and the last say on what machine, or a readable table.
import { parseArgs } from 'node:util';
import { describeMachine, type BenchmarkRow } from './benchmark.ts';
import { benchmarks } from './benchmarks.ts';

const usageExitCode = 2;
const headings = ['case', 'metric', 'ours', 'peer', 'ratio', 'compared with'];

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    size: { type: 'string' },
    postgres: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const benchmark = benchmarks.get(positionals[0] ?? '');
if (!benchmark || positionals.length !== 1) {
  const names = [...benchmarks.keys()].join(', ');
  process.stderr.write(`Which benchmark? npm run bench -- NAME [--json], where NAME is one of: ${names}\n`);
  process.exit(usageExitCode);
}
const rows: BenchmarkRow[] = [];
const { only, quick, postgres } = values;
const sizeMebibytes = values.size === undefined ? null : Number(values.size);
sayMachine();
await benchmark(
  (row) => {
    rows.push(row);
    if (values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
    else process.stderr.write(`${cellsOf(row).join('  ')}\n`);
  },
  { only, quick, sizeMebibytes, postgres },
);
if (!values.json) process.stdout.write(`\n${tableOf(rows)}\n`);
sayMachine();

function sayMachine(): void {
  const machine = describeMachine();
  const { processor, cores, memoryGib, kernel, node, loadAverage } = machine;
  if (values.json) process.stdout.write(`${JSON.stringify({ machine })}\n`);
  else
    process.stdout.write(
      `${processor}, ${cores} cores, ${memoryGib} GiB, Linux ${kernel}, Node.js ${node}, load ${loadAverage.toFixed(2)}\n`,
    );
}

function tableOf(measured: readonly BenchmarkRow[]): string {
  const lines = [headings, ...measured.map(cellsOf)];
  const widths = headings.map((_heading, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map(
      (line) =>
        `${line
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function cellsOf(row: BenchmarkRow): string[] {
  const peerValue = row.peerValue === null ? '' : `${row.peerValue} ${row.unit}`;
  const ratio = row.ratio === null ? '' : `× ${row.ratio}`;
  return [row.case, row.metric, `${row.ours} ${row.unit}`, peerValue, ratio, row.peer ?? ''];
}
