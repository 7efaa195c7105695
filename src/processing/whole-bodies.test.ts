/** Bodies of thousands of sensors without number and clock: whether one repeats what is stored is asked once, not once per sensor. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../lib/clock.ts'
import { silentLog } from '../lib/log.ts'
import { openStore } from '../store/engine/open.ts'
import type { Store } from '../store/store.ts'
import type { MemoryStore } from '../store/testing/memory-store.ts'
import { type Body, drain, journalOf } from './testing/drained-journal.ts'

const sensors = 600
/** So that most of what is stored lies in closed blocks. */
const blockRows = 500

const bodyOf = (round: number): Body => {
  const said = { occupied: round % 2 === 0, distance_mm: 100 + round }
  const readings = Array.from({ length: sensors }, (_, i) => ({ device: `S${i}`, ...said }))
  return { body: JSON.stringify(readings), framing: 'json', counted: sensors, meta: { body: '1' } }
}

test('a body of known sensors asks the store once what came last, and a repeated one is counted as duplicates', async () => {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-bodies-'))
  try {
    await using store = await openStore(
      `sqlite:${path.join(dir, 'store.db')}`,
      { log: silentLog, clock: systemClock },
      { blockRows },
    )
    await store.migrate()
    let asked = 0
    const counting = new Proxy(store, {
      get(target, name) {
        if (name === 'newestOf') asked++
        const value = Reflect.get(target, name) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    }) as Store
    const bodies = [bodyOf(0), bodyOf(1), bodyOf(2), bodyOf(2)]
    await drain(journalOf(bodies, 1), counting as unknown as MemoryStore)
    const { totals } = await store.ledgerAt('test')
    assert.deepEqual([Number(totals.committed), Number(totals.duplicate)], [3 * sensors, sensors])
    assert.ok(asked <= bodies.length, `asked ${asked} times for ${bodies.length} bodies`)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
