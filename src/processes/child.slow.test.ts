/** What every child has in common, with real children whose body is a few lines. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { ChildSettings } from './messages.ts'
import { childDirectory, childSettings, startChild } from './testing/child-under-test.ts'

const url = (file: string) => pathToFileURL(path.join(import.meta.dirname, file)).href

/** A child whose body is this code; `child` is what it gets, `aborted` resolves when it must leave. */
async function childOf(t: TestContext, body: string, settings?: ChildSettings) {
  const code = `
    import { runChild } from '${url('child.ts')}'
    import { StoreError } from '${url('../store/store.ts')}'
    const aborted = (signal) => new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
    const forEver = () => new Promise(() => setInterval(() => {}, 1000))
    await runChild(async (child) => { ${body} })`
  const dir = await childDirectory()
  return startChild(t, ['--input-type=module', '-e', code], { settings: settings ?? childSettings(dir, 'web') })
}

test('a child has its settings, reports that it is ready, and leaves with 0 when it is asked to stop', async (t) => {
  const child = await childOf(
    t,
    `child.send({ type: 'ready', fence: child.settings.fence }); await aborted(child.signal)`,
  )
  assert.equal((await child.got('ready')).fence, 1)
  child.send({ type: 'stop' })
  assert.equal(await child.ended, 0)
})

test('a child that is not ready yet leaves at once while its body waits', async (t) => {
  const child = await childOf(t, `child.send({ type: 'wake-above', beyond: 7 }); await forEver()`)
  await child.got('wake-above')
  child.send({ type: 'stop' })
  assert.equal(await child.ended, 0)
})

test('a body that ends with the reason of the signal has not failed', async (t) => {
  const child = await childOf(
    t,
    `child.send({ type: 'ready' }); await aborted(child.signal); child.signal.throwIfAborted()`,
  )
  await child.got('ready')
  child.process.kill('SIGTERM')
  assert.equal(await child.ended, 0)
  assert.deepEqual(
    child.sent.filter(({ type }) => type === 'failed'),
    [],
  )
})

test('a fault of the store is reported with its kind, logged, and the child exits with 1', async (t) => {
  const child = await childOf(t, `throw new StoreError('config', 'no such database')`)
  const { message, code, fault } = await child.got('failed')
  assert.deepEqual([message, code, fault], ['no such database', 'E_STORE_CONFIG', 'config'])
  assert.equal(await child.ended, 1)
  assert.match(child.errors(), /web stopped: no such database/)
})

test('a child whose main is gone leaves within two seconds or so, also when its body does not', async (t) => {
  const [tidy, stuck] = await Promise.all([
    childOf(t, `child.send({ type: 'ready' }); await aborted(child.signal)`),
    childOf(t, `child.send({ type: 'ready' }); await forEver()`),
  ])
  await Promise.all([tidy.got('ready'), stuck.got('ready')])
  const began = performance.now()
  tidy.process.disconnect()
  stuck.process.disconnect()
  assert.deepEqual(await Promise.all([tidy.ended, stuck.ended]), [0, 1])
  assert.ok(performance.now() - began < 7_000, 'it stayed for as long as after a stop')
})

test('Ctrl-C and hang-up, which reach the whole group, do not end a child: main decides', async (t) => {
  const child = await childOf(
    t,
    `child.onMessage(({ beyond }) => child.send({ type: 'wake-above', beyond }))
     child.send({ type: 'ready' }); await aborted(child.signal)`,
  )
  await child.got('ready')
  child.process.kill('SIGINT')
  child.process.kill('SIGHUP')
  await sleep(50)
  child.send({ type: 'wake-above', beyond: 3 })
  assert.equal((await child.got('wake-above')).beyond, 3)
})
