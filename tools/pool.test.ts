import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { poolWhileIdle } from './pool.ts'

const items = Array.from({ length: 12 }, (_, i) => i)

/** Runs items of some turns each, and counts how many ran at a time. */
async function counted(places: { least: number; most: number }, idleCores: number) {
  let running = 0
  let most = 0
  const idle = async () => {
    await turn()
    return idleCores
  }
  const work = async (item: number) => {
    most = Math.max(most, ++running)
    for (let i = 0; i < 20; i++) await turn()
    running--
    return 2 * item
  }
  return { results: await poolWhileIdle(items, places, work, idle), most }
}

test('a further item begins while a core is idle, and none while all are busy', async () => {
  const doubled = items.map((item) => 2 * item)
  assert.deepEqual(await counted({ least: 2, most: 3 }, 1), { results: doubled, most: 3 })
  assert.deepEqual(await counted({ least: 2, most: 3 }, 0.5), { results: doubled, most: 2 })
  assert.deepEqual(await counted({ least: 3, most: 3 }, 2), { results: doubled, most: 3 })
})

test('what fails in a further place fails the pool', async () => {
  const work = async (item: number) => {
    await turn()
    if (item === 2) throw new Error('item 2')
  }
  await assert.rejects(
    poolWhileIdle([0, 1, 2], { least: 2, most: 3 }, work, async () => 1),
    { message: 'item 2' },
  )
})
