import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { instant } from '../lib/brand.ts'
import { type Clock, systemClock } from '../lib/clock.ts'
import { consumeSetupSecret, createSetupSecret } from './setup-link.ts'

async function opened(t: TestContext) {
  const dir = await mkdtemp(path.join(tmpdir(), 'setup-'))
  t.after(() => rm(dir, { recursive: true }))
  const time = { now: 0 }
  const clock: Clock = { ...systemClock, now: () => instant(time.now) }
  return {
    ...{ dir, time },
    create: () => createSetupSecret(dir, clock),
    consume: (secret: string) => consumeSetupSecret(dir, secret, clock),
  }
}

test('a secret opens once, also when two consume it together, and a wrong one does not use it up', async (t) => {
  const { create, consume } = await opened(t)
  const secret = await create()
  assert.equal(await consume('wrong'), false)
  const both = await Promise.all([consume(secret), consume(secret)])
  assert.deepEqual(both.sort(), [false, true])
  assert.equal(await consume(secret), false)
})

test('a secret is valid for an hour, and ends with the next one', async (t) => {
  const { create, consume, time } = await opened(t)
  const old = await create()
  time.now = 3_600_000
  assert.equal(await consume(old), false)
  const first = await create()
  const second = await create()
  assert.equal(await consume(first), false)
  time.now += 3_599_999
  assert.equal(await consume(second), true)
})

test('only the hash of a secret is on the disk, and a damaged file is no valid link', async (t) => {
  const { dir, create, consume } = await opened(t)
  const file = path.join(dir, 'setup.json')
  const secret = await create()
  assert.equal((await readFile(file, 'utf8')).includes(secret), false)
  for (const text of ['', '{}', `{"hash":"${'z'.repeat(64)}","expires":9e15}`]) {
    await writeFile(file, text)
    assert.equal(await consume(secret), false, text)
  }
  assert.equal(await consume(await create()), true)
})
