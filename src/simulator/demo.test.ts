import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import type { Clock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { runDemo } from './demo.ts'
import { openIngestDouble } from './ingest-double.ts'

test('the city keeps what the server did not accept and sends it again, once and in order', async () => {
  await using ingest = await openIngestDouble()
  ingest.faults.push(401, 503, 'cut', 500)
  const stop = new AbortController()
  let now = Date.parse('2026-11-23T09:00:00Z')
  const clock: Clock = {
    now: () => instant(now),
    monotonic: () => now,
    sleep: async () => {
      now += 1_000
      if (now > Date.parse('2026-11-23T09:10:00Z')) stop.abort()
    },
  }
  await runDemo({
    url: ingest.url,
    token: 't',
    bays: 120,
    seed: 1,
    zone: 'UTC',
    act: async () => {},
    signal: stop.signal,
    log: silentLog,
    clock,
  })
  const seen = new Map<string, number[]>()
  for (const line of ingest.lines) {
    const { device, seq } = JSON.parse(line) as { device: string; seq: number }
    seen.set(device, [...(seen.get(device) ?? []), seq])
  }
  assert.ok(seen.size >= 118 && ingest.lines.length > 300, `${seen.size} ${ingest.lines.length}`)
  for (const seqs of seen.values()) assert.ok(new Set(seqs).size >= Math.max(...seqs))
  assert.ok(ingest.requests.every(({ authorization }) => authorization === 'Bearer t'))
})
