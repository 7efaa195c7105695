/** The serial source on a real pseudo-terminal pair. Skips with a word where socat is missing. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm, unlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { missing } from '../../../tools/parts.ts'
import { runSource } from '../runner.ts'
import { createFakeContext } from '../testing/fake-context.ts'
import { serialSource } from './serial-source.ts'

const skip = missing('socat')
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

async function cable(t: TestContext) {
  const dir = await mkdtemp(join(tmpdir(), 'serial-'))
  const near = join(dir, 'near')
  const far = join(dir, 'far')
  let socat: ChildProcess | undefined
  let device: FileHandle | undefined
  async function plug() {
    socat = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], { stdio: 'ignore' })
    while (!existsSync(near) || !existsSync(far)) await pause(5)
    device = await open(far, 'r+')
  }
  async function unplug() {
    if (!socat) return
    const gone = once(socat, 'exit')
    socat.kill('SIGKILL')
    await gone
    socat = undefined
    await device?.close()
    for (const link of [near, far]) await unlink(link).catch(() => {})
  }
  t.after(async () => {
    await unplug()
    await rm(dir, { recursive: true, force: true })
  })
  await plug()
  return { near, plug, unplug, write: (text: string | Buffer) => (device as FileHandle).write(Buffer.from(text)) }
}

function start(t: TestContext, path: string, context = createFakeContext()) {
  const stopper = new AbortController()
  const running = runSource(serialSource({ path, time: 'trust' }), stopper.signal, context)
  const stop = () => {
    stopper.abort()
    return running
  }
  t.after(stop)
  const ups = () => context.states.filter(({ state }) => state === 'up').length
  return { context, stop, ups }
}

test('lines of a pseudo-terminal arrive in order, with their columns; noise is kept apart', { skip }, async (t) => {
  const { near, write } = await cable(t)
  const { context, ups } = start(t, near)
  await context.until(() => ups() === 1)
  await pause(80)
  await write('booting\r\nA,1\r\ndevice,occupied\r\nB,1\r\n\x1b[31mC,0\x1b[0m\r\n')
  await context.until(() => context.frames().length === 3)
  assert.deepEqual(context.frames(), ['A,1', 'B,1', 'C,0'])
  assert.deepEqual(
    context.durable.map(({ meta, time }) => [meta?.['columns'], time]),
    [
      [undefined, 'trust'],
      ['device,occupied', 'trust'],
      ['device,occupied', 'trust'],
    ],
  )
  await context.until(() => context.noises.length === 3)
  assert.deepEqual(context.noises, ['booting\r\n', 'device,occupied\r\n', '\x1b[31m\x1b[0m'])
})

test('a line that was under way when the port was opened is noise', { skip }, async (t) => {
  const { near, write } = await cable(t)
  let writing = true
  const sender = (async () => {
    for (let i = 0; writing; i++) {
      await write(`A-017,${i},,`)
      await pause(5)
      await write('true\n')
      await pause(5)
    }
  })()
  const { context } = start(t, near)
  await context.until(() => context.frames().length > 20)
  writing = false
  await sender
  for (const frame of context.frames()) assert.match(frame, /^A-017,\d+,,true$/)
  assert.ok(context.noises.length <= 1)
})

test('unplugging ends nothing: what was read is kept, the port is opened again when it comes back', {
  skip,
}, async (t) => {
  const { near, plug, unplug, write } = await cable(t)
  const { context, ups } = start(t, near)
  for (let round = 1; round <= 3; round++) {
    await context.until(() => ups() === round)
    await pause(80)
    context.hold()
    await write(`device=A seq=${round}\ndevice=A cut off`)
    await pause(80)
    await unplug()
    await context.until(() => context.states.at(-1)?.state === 'waiting')
    context.release()
    await context.until(() => context.frames().length === round)
    await plug()
  }
  assert.deepEqual(context.frames(), ['device=A seq=1', 'device=A seq=2', 'device=A seq=3'])
  await context.until(() => context.noises.length === 3)
  assert.deepEqual(context.noises, Array(3).fill('device=A cut off'))
  await context.until(() => ups() === 4)
  const away = context.losses.map(({ cause, frames, from = 0, to = 0 }) => [cause, frames, to - from >= 0 && to > 0])
  assert.deepEqual(away, Array(3).fill(['port-down', null, true]))
  assert.equal(context.reported.figures?.['port_downs'], 3)
  assert.equal(context.reported.figures?.['overruns'], 'not available')
  assert.deepEqual([context.refusals, context.refusedByIntake], [[], 0])
})

test('while intake refuses lines are kept and delivered when it accepts again', { skip }, async (t) => {
  const { near, write } = await cable(t)
  const { context, ups } = start(t, near)
  await context.until(() => ups() === 1)
  await pause(80)
  context.refuse('journal')
  const lines = Array.from({ length: 2_000 }, (_, i) => `A,${i}`)
  for (let i = 0; i < lines.length; i += 100) await write(`${lines.slice(i, i + 100).join('\n')}\n`)
  await context.until(() => context.delivers >= 2)
  context.refuse(undefined)
  await context.until(() => context.frames().length === lines.length)
  assert.deepEqual(context.frames(), lines)
})

test('fifty thousand lines pass without loss where the writer waits', { skip }, async (t) => {
  const { near, write } = await cable(t)
  const { context, ups, stop } = start(t, near, createFakeContext({ delayMs: 1 }))
  await context.until(() => ups() === 1)
  await pause(80)
  const count = 50_000
  const began = performance.now()
  for (let from = 0; from < count; from += 500)
    await write(Array.from({ length: 500 }, (_, i) => `A-${(from + i) % 100},${from + i},,true\n`).join(''))
  const frames = () => context.durable.reduce((sum, delivery) => sum + delivery.frames, 0)
  await context.until(() => frames() === count, 20_000)
  t.diagnostic(`${Math.round(count / ((performance.now() - began) / 1_000))} lines/s`)
  assert.deepEqual(
    context.frames(),
    Array.from({ length: count }, (_, i) => `A-${i % 100},${i},,true`),
  )
  await stop()
  assert.equal(context.states.at(-1)?.state, 'down')
})

test('a port that is not there is waited for and reported', { skip }, async (t) => {
  const { context, stop } = start(t, '/dev/serial/by-id/usb-none')
  await context.until(() =>
    context.states.some(({ state, detail }) => state === 'waiting' && /plug it in/.test(detail ?? '')),
  )
  await stop()
})
