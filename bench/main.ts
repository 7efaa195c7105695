/**
 * `npm run bench -- NAME [options]`: measures side by side, in one run on one machine, and prints ratios. Nothing here asserts; what must
 * hold is a test.
 */
import { spawnSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'

interface Bench {
  readonly file: string
  readonly about: string
}

const benches: Readonly<Record<string, Bench>> = {
  peers: {
    file: 'bench/peers.ts',
    about:
      'serial lines into a table: the usual designs and us [--quick] [--only NAMES] [--cases NAMES] [--rates 100,500] [--seconds N] [--minutes N]',
  },
  limits: {
    file: 'bench/limits.ts',
    about:
      'the pipeline beside what stands below it, by source and store [--quick] [--store NAMES] [--sources NAMES] [--seconds N]',
  },
  scaling: {
    file: 'bench/scaling.ts',
    about:
      'throughput and memory by sensors, stored rows, batch size [--quick] [--full] [--store NAMES] [--parts NAMES]',
  },
  domain: {
    file: 'bench/domain.ts',
    about:
      '50,000 bays and sensors: folds, publishing, a past day, sites, rate beside 2,000 sensors [--quick] [--json] [--store NAMES] [--parts NAMES]',
  },
  alerts: {
    file: 'bench/alerts.ts',
    about:
      '500 rules over 50,000 bays: webhooks, ingest with and without rules, reports [--quick] [--json] [--parts NAMES]',
  },
  reports: {
    file: 'bench/reports.ts',
    about: 'reports of a month and a year of 2,000 bays [--quick] [--store sqlite,mariadb]',
  },
  access: {
    file: 'bench/access.ts',
    about: 'what proving who sends it costs a request: open, API key, session [--quick]',
  },
  report: { file: 'bench/report.ts', about: 'docs/benchmarks.md and its plots from what --record has kept' },
  codecs: {
    file: 'bench/codecs.ts',
    about:
      'frames decoded a second on one core: payloads of sensors, envelopes, plain readings, or the scripts of a catalogue [--quick] [--json] [--catalogue DIR] [--only REGEXP]',
  },
  journal: {
    file: 'src/journal/journal.bench.ts',
    about: 'durable appends beside raw write+fdatasync and SQLite [--quick] [--json]',
  },
  store: {
    file: 'bench/store.ts',
    about:
      'HTTP batches into the database beside a raw bulk insert [--quick] [--json] [--store sqlite|mariadb|mysql] [--devices 2000]',
  },
  'forecast-live': {
    file: 'bench/forecast-live.ts',
    about:
      'forecasts beside ingest, a training by the clock, 500 lots at once [--parts ingest,training,serving] [--quick] [--json]',
  },
  forecast: {
    file: 'forecaster/bench.ts',
    about: 'the network beside all baselines [--quick] [--protocol F,M,B] [--seeds 3] [--cache DIR] [--validation]',
  },
}

const [name = '', ...options] = process.argv.slice(2)
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined
if (bench) {
  console.error(
    `${os.cpus().length} x ${os.cpus()[0]?.model.trim()}, ${os.platform()} ${os.release()}, Node ${process.version}`,
  )
  const root = path.join(import.meta.dirname, '..')
  const { status } = spawnSync(process.execPath, [path.join(root, bench.file), ...options], {
    cwd: root,
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
} else {
  const lines = Object.entries(benches).map(([key, { about }]) => `  ${key.padEnd(13)} ${about}`)
  console.error([name ? `There is no bench "${name}".` : 'Which bench?', ...lines].join('\n'))
  process.exitCode = 2
}
