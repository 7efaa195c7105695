import assert from 'node:assert/strict'
import { test } from 'node:test'
import { historiesTogether, judgeTogether } from './histories.ts'

const firstSeed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test('processing tells restarts, repetitions and late frames apart in 240 emulated histories, restarted on the way', async () => {
  for (let seed = firstSeed; seed < firstSeed + 240; seed += historiesTogether) {
    const [failure] = await judgeTogether(seed, historiesTogether)
    assert.equal(failure, undefined, `seed ${failure?.seed}\n${failure?.what}`)
  }
})
