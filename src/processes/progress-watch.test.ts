import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createProgressWatch, standsAfterMs } from './progress-watch.ts'

function watchAt() {
  let now = 1_000
  const watch = createProgressWatch({ monotonic: () => now })
  return { watch, pass: (ms: number) => (now += ms) }
}

describe('processing that does not advance', () => {
  test('is noticed when records wait and the position does not move, whether or not the processor reports a fault', () => {
    const { watch, pass } = watchAt()
    watch.tail(5)
    pass(standsAfterMs - 1)
    assert.equal(watch.standstill(), undefined)
    pass(1)
    assert.deepEqual(watch.standstill(), { forMs: standsAfterMs, records: 5 })
    watch.tail(9)
    assert.equal(watch.standstill()?.records, 9, 'new records do not start the clock again')
  })

  test('is no long backlog that shrinks', () => {
    const { watch, pass } = watchAt()
    watch.tail(1_000_000)
    for (let record = 1; record < 100; record++) {
      pass(standsAfterMs / 2)
      watch.committed(record)
      watch.tail(1_000_000 + record)
      assert.equal(watch.standstill(), undefined)
    }
  })

  test('is no idle server, and none whose first record has just come after a long silence', () => {
    const { watch, pass } = watchAt()
    watch.tail(5)
    watch.committed(5)
    pass(100 * standsAfterMs)
    assert.equal(watch.standstill(), undefined)
    watch.tail(6)
    assert.equal(watch.standstill(), undefined)
  })

  test('is over with the next commit, and does not come back with the same position reported again', () => {
    const { watch, pass } = watchAt()
    watch.tail(5)
    pass(standsAfterMs)
    watch.committed(3)
    assert.equal(watch.standstill(), undefined)
    pass(standsAfterMs)
    watch.committed(3)
    assert.equal(watch.standstill()?.records, 2)
  })
})
