import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historiesTogether, judgeTogether } from './histories.ts'

test('processing distinguishes restarts, repetitions and late frames in 1,500 emulated histories', async () => {
  for (let seed = 1; seed <= 1_500; seed += historiesTogether) {
    const [failure] = await judgeTogether(seed, historiesTogether)
    assert.equal(failure, undefined, `seed ${failure?.seed}\n${failure?.what}`)
  }
})
