import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { someAtOnce } from './stay-queries.ts'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield n
}

/** Reads end in another order than they begin. */
function reader(faultAt?: number) {
  const most = { underWay: 0, seen: 0 }
  return {
    most,
    async read(n: number): Promise<number> {
      most.seen = Math.max(most.seen, ++most.underWay)
      for (let turns = n % 3; turns >= 0; turns--) await setImmediate()
      most.underWay--
      if (n === faultAt) throw new Error(`read ${n} failed`)
      return n
    },
  }
}

for (const readsAtOnce of [1, 2, 3])
  test(`${readsAtOnce} reads are under way at most, and what they find comes in the order of the list`, async () => {
    const { read, most } = reader()
    const found = await Array.fromAsync(someAtOnce(numbers(10), { readsAtOnce }, read))
    assert.deepEqual(found, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    assert.equal(most.seen, readsAtOnce)
  })

test('the fault of one read is thrown in its turn, and none is left without a listener', async () => {
  const { read } = reader(3)
  const found: number[] = []
  await assert.rejects(async () => {
    for await (const n of someAtOnce(numbers(10), { readsAtOnce: 2 }, read)) found.push(n)
  }, /read 3 failed/)
  assert.deepEqual(found, [0, 1, 2])
})
