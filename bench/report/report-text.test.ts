import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BenchResult } from '../run/bench-run.ts'
import { merged } from './merged.ts'
import { reportOf } from './report-text.ts'

const machine = { cpu: 'A | B', cores: 2, memory_gb: 24, kernel: 'linux 6', node: 'v26.10.0', load_before: 0.1 }
const line = (peer: string, name: string, rate: number, lost_percent: number) => ({
  ...{ peer, case: name, sensors: 500, rate, offered: rate, sent: 100, stored: 100, lost: 0, lost_percent },
  ...{ overrun: 0, taken_and_lost: 0, doubled: 0, wrong: 0, rows_per_s: rate, cpu_s_per_million: 1 },
  ...{ database_cpu_s_per_million: 1, pss_mb: 100 },
})
const peers = (at: string, more: Partial<BenchResult>): BenchResult => ({
  ...{ bench: 'peers', at, mode: 'full', machine, ratios: {}, seconds: 1 },
  ...{ loss_free_rate: {}, about: {}, cases: {}, versions: {}, not_run: {}, results: [] },
  ...more,
})
const plain = peers('2026-11-20T00:00:00Z', {
  ratios: { loss_free_rate_to_slow: 10 },
  loss_free_rate: { baykeeper: 20_000, slow: 2_000 },
  about: { baykeeper: 'we', slow: 'they' },
  versions: { baykeeper: '1', slow: '1' },
  cases: { plain: '500 sensors' },
  results: [line('baykeeper', 'plain', 1_000, 0), line('slow', 'plain', 1_000, 0), line('slow', 'plain', 5_000, 60)],
})

test('ratios stand first, then the tables, and every picture that is shown is made', () => {
  const { text, pictures } = reportOf([plain])
  assert.ok(text.indexOf('## Ratios') < text.indexOf('## The same job'))
  assert.match(text, /\| loss free rate to slow \| 10 \|/)
  assert.match(text, /\| slow \| 0 \| 60 \|/)
  assert.match(text, /A \\\| B/)
  const shown = [...text.matchAll(/\]\(pictures\/([^)]+)\)/g)].map(([, name]) => name)
  assert.deepEqual([...new Set(shown)].sort(), Object.keys(pictures).sort())
  assert.ok(shown.length > 0)
})

test('a machine that was not idle is named in the report', () => {
  assert.match(reportOf([{ ...plain, machine: { ...machine, load_before: 3 } }]).text, /not idle/)
})

test('what a run in parts did not measure stands as it was measured before', () => {
  const domain = (at: string, figures: object): BenchResult => ({ ...peers(at, {}), bench: 'domain', ...figures })
  const before = domain('2026-11-20T00:00:00Z', { folds_per_s: 400_000, publish_ms: 2_000 })
  const later = domain('2026-11-21T00:00:00Z', { folds_per_s: null, publish_ms: 1_000 })
  const result = merged([before, later])
  assert.deepEqual([result?.['folds_per_s'], result?.['publish_ms']], [400_000, 1_000])
})

test('figures of 50,000 bays stand beside their targets', () => {
  const figures = { folds_per_s: 400_000, publish_ms: 4_000, past_state_ms: 1_000, sites_p99_ms: 5 }
  const domain = { ...peers('2026-11-20T00:00:00Z', {}), bench: 'domain', rates: {}, ...figures }
  const { text } = reportOf([{ ...domain, rate_50k_ratio: 0.7, pss_50k_mb: null }])
  assert.match(text, /all folds.*\| 400,000 \| at least 300,000 \| yes \|/)
  assert.match(text, /published.*\| 4,000 \| below 3,000 \| \*\*no\*\* \|/)
  assert.match(text, /over 2,000.*\| 0.7 \| at least 0.6 \| yes \|/)
  assert.match(text, /PSS.*\| - \| below 500 \| not measured \|/)
})

test('a run in parts replaces what it measured, and only that', () => {
  const later = peers('2026-11-21T00:00:00Z', {
    cases: { kill: 'kill -9' },
    versions: { slow: '2' },
    results: [line('slow', 'kill', 500, 5), line('slow', 'plain', 2_000, 7)],
  })
  const result = merged([plain, later])
  assert.ok(result)
  assert.equal(result.at, later.at)
  assert.deepEqual(result['versions'], { baykeeper: '1', slow: '2' })
  assert.deepEqual(result.ratios, plain.ratios)
  const rounds = (result['results'] as ReturnType<typeof line>[]).map(({ peer, case: name, rate }) => [
    peer,
    name,
    rate,
  ])
  assert.deepEqual(rounds, [
    ['baykeeper', 'plain', 1_000],
    ['slow', 'kill', 500],
    ['slow', 'plain', 2_000],
  ])
})
