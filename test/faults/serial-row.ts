/**
 * Serial ports that are unplugged in the middle of a line and come back under another device name, with noise, with a reader that stalls
 * and an intake that refuses at times. The board at the far end does not wait; it knows which of its lines arrived whole. Exactly those
 * must be there in the end, or lie whole among what was kept as noise: the first line after opening a port may have begun before it.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, unlink } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { codecOf } from '../../src/codecs/registry.ts'
import { instant } from '../../src/lib/brand.ts'
import type { EmulatorTruth } from '../../src/simulator/emulator.ts'
import { runSource } from '../../src/sources/runner.ts'
import { serialSource } from '../../src/sources/serial/serial-source.ts'
import { findPart, missing } from '../../tools/parts.ts'
import type { FaultRow } from './fault-row.ts'
import { createRandom } from './random.ts'
import { type BoardOptions, boardLine, type FromBoard, type ToBoard } from './serial-board.ts'
import { createSinkContext, runFor, type SinkContext } from './sink-context.ts'

const ports = 4
const replugsEach = 6
/** Faster than boards speak: a stall of the reader then overflows what a pseudo-terminal holds. */
const baud = 460_800
/** A cut waits until the line is empty but for less than this, a line under way, and then so long. Meanwhile nothing stalls or refuses. */
const unfinishedBytesMax = 1_024
const inLineMs = 250
const waitMsMax = 10_000
const roundMs = 8_000

export const serialRow: FaultRow = {
  name: 'serial: unplug, rename, noise, paced emulator, stalled reader',
  full: 100,
  long: 2_000,
  unit: 'replugs',
  passesWhen: 'the lines that are missing are exactly those that the board knows to be lost',
  async run({ budgetMs, firstSeed, onProgress }) {
    const skipped = missing('socat')
    if (skipped) return { reached: 0, failures: [], skipped }
    const began = performance.now()
    const failures: { seed: number; what: string }[] = []
    const sum = { sent: 0, lost: 0, early: 0 }
    let reached = 0
    for (let seed = firstSeed; seed === firstSeed || performance.now() - began + roundMs < budgetMs; seed++) {
      const found = await round(seed).catch((error: Error): Found[] => [
        { what: error.stack ?? String(error), sent: 0, lost: 0, early: 0 },
      ])
      reached += ports * replugsEach
      for (const { what, sent, lost, early } of found) {
        if (what) failures.push({ seed, what })
        sum.sent += sent
        sum.lost += lost
        sum.early += early
      }
      onProgress?.(reached)
      if (failures.length > 3 || reached >= serialRow.long) break
    }
    return {
      reached,
      failures,
      note: `${sum.sent.toLocaleString('en')} lines sent, ${sum.lost.toLocaleString('en')} lost by the board's own account and by ours, ${sum.early} whole ones kept as noise after opening`,
    }
  },
}

interface Found {
  readonly what: string | undefined
  readonly sent: number
  readonly lost: number
  readonly early: number
}

async function round(seed: number): Promise<Found[]> {
  const random = createRandom(seed)
  const lines = await Promise.all(Array.from({ length: ports }, (_, i) => openPort(seed * ports + i)))
  try {
    const plugging = lines.map((line, i) => replug(line, createRandom(seed * 100 + i)))
    const done = Promise.all(plugging).then(() => true)
    // One thread reads all ports, as in intake: when it stalls, it stalls for all.
    for (;;) {
      if (await Promise.race([done, sleep(100 + random() * 300, false)])) break
      if (random() < 0.5 && !lines.some(({ cutting }) => cutting))
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50 + random() * 500)
      for (const { context, cutting } of lines) if (!cutting) context.refusing = random() < 0.2
    }
    for (const { context } of lines) context.refusing = false
    return await Promise.all(lines.map(judge))
  } finally {
    await Promise.all(lines.map((line) => line.close()))
  }
}

interface Line {
  readonly context: SinkContext
  /** Numbers of the lines that were taken as readings, each as often as it came. */
  readonly readings: number[]
  /** Lines with their end, whole, that were kept as noise. */
  readonly early: Set<number>
  replugs: number
  /** The last bytes are on their way: the reader must not stall now. */
  cutting: boolean
  plug(): Promise<void>
  unplug(): Promise<void>
  finish(): Promise<EmulatorTruth>
  close(): Promise<void>
}

async function openPort(seed: number): Promise<Line> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-serial-'))
  const near = path.join(dir, 'near')
  const far = path.join(dir, 'far')
  const decoder = new TextDecoder()
  const { decode } = codecOf('generic') ?? unknownCodec()
  const readings: number[] = []
  const early = new Set<number>()
  const context = createSinkContext({
    onFrame(text) {
      const meta = { checksum: 'required' }
      const result = decode(Buffer.from(text, 'latin1'), { arrivedAt: instant(0), meta })
      if (result.ok) for (const { seq } of result.value) if (typeof seq === 'number') readings.push(seq)
    },
    onNoise(bytes) {
      const text = decoder.decode(bytes)
      const number = Number(/^board,(\d+),/.exec(text)?.[1] ?? Number.NaN)
      if (text === `${boardLine(number)}\n`) early.add(number)
    },
  })
  const stop = runFor(
    (signal, own) => runSource(serialSource({ path: near, checksum: 'required' }), signal, own),
    context,
  )
  const worker = new Worker(new URL('./serial-board.ts', import.meta.url), {
    workerData: { seed, baud } satisfies BoardOptions,
  })
  const received = (type: FromBoard['type']) =>
    new Promise<FromBoard>((resolve) => {
      const listen = (message: FromBoard) => {
        if (message.type !== type) return
        worker.off('message', listen)
        resolve(message)
      }
      worker.on('message', listen)
    })
  const send = (message: ToBoard) => worker.postMessage(message)
  let cable: ChildProcess | undefined
  const ups = () => context.states.filter(({ state }) => state === 'up').length

  const line: Line = {
    context,
    readings,
    early,
    replugs: 0,
    cutting: false,
    async plug() {
      const before = ups()
      cable = spawn(findPart('socat') ?? 'socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], {
        stdio: 'ignore',
      })
      await until(() => existsSync(near) && existsSync(far), 'a pseudo-terminal pair')
      await until(() => ups() > before, 'the port to be opened again')
      const plugged = received('plugged')
      send({ type: 'plug', path: far })
      await plugged
    },
    async unplug() {
      const silent = received('unplugged')
      line.cutting = true
      context.refusing = false
      send({ type: 'unplug' })
      const { taken } = (await silent) as Extract<FromBoard, { type: 'unplugged' }>
      await until(() => taken - context.counts.bytes < unfinishedBytesMax, 'what is in the line to be read')
      await sleep(inLineMs)
      await cut()
      line.cutting = false
      line.replugs++
    },
    async finish() {
      const truth = received('truth')
      send({ type: 'finish' })
      return ((await truth) as Extract<FromBoard, { type: 'truth' }>).truth
    },
    async close() {
      await cut()
      await worker.terminate()
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
  async function cut() {
    if (!cable) return
    const gone = once(cable, 'exit')
    cable.kill('SIGKILL')
    await gone
    cable = undefined
    // It may be gone already.
    for (const link of [near, far]) await unlink(link).catch(() => {})
  }
  return line
}

async function replug(line: Line, random: () => number): Promise<void> {
  for (let i = 0; i < replugsEach; i++) {
    await line.plug()
    await sleep(100 + random() * 300)
    await line.unplug()
    await sleep(random() * 200)
  }
  await line.plug()
  await sleep(100)
}

async function judge(line: Line): Promise<Found> {
  const { linesSent: _, ...truth } = await line.finish()
  const { context, readings, early } = line
  // Nothing more comes when nothing has come for a while.
  for (let before = -1; before !== readings.length; await sleep(250)) before = readings.length
  const taken = new Set(readings)
  const damaged = new Set(truth.damaged)
  const highest = Math.max(-1, ...taken, ...damaged)
  const missing = Array.from({ length: highest + 1 }, (_, number) => number).filter((number) => !taken.has(number))
  const unexplained = missing.filter((number) => !damaged.has(number) && !early.has(number))
  const invented = [...taken].filter((number) => damaged.has(number))
  const downs = context.losses.filter(({ cause, to }) => cause === 'port-down' && to !== undefined).length
  const faults = [
    ...(unexplained.length > 0
      ? [`${unexplained.length} lines missing that arrived whole, first ${unexplained.slice(0, 5)}`]
      : []),
    ...(invented.length > 0
      ? [`${invented.length} lines taken that did not arrive whole, first ${invented.slice(0, 5)}`]
      : []),
    ...(taken.size !== readings.length ? [`${readings.length - taken.size} lines taken twice`] : []),
    ...(readings.some((number, i) => i > 0 && number < (readings[i - 1] as number)) ? ['lines out of order'] : []),
    ...(early.size > line.replugs + 1 ? [`${early.size} whole lines kept as noise in ${line.replugs} replugs`] : []),
    ...(downs < line.replugs ? [`${downs} of ${line.replugs} disconnections were reported`] : []),
    ...(context.counts.refused > 0 ? [`${context.counts.refused} frames counted as refused`] : []),
  ]
  const what = faults.length > 0 ? faults.join('; ') : undefined
  return { what, sent: highest + 1, lost: missing.filter((number) => damaged.has(number)).length, early: early.size }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + waitMsMax
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`)
    await sleep(5)
  }
}

function unknownCodec(): never {
  throw new Error('there is no generic codec')
}
