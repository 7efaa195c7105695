/**
 * Any bytes at every input: no throw past the boundary, no waiting sender, flat memory. Most inputs go straight into the framers and
 * decoders; a part of the time goes to real sockets. Input n of a run is made by seed `firstSeed + n` alone.
 */
import v8 from 'node:v8'
import vm from 'node:vm'
import type { FaultRow } from './fault-row.ts'
import { codecCorpus, fuzzInput } from './fuzz-inputs.ts'
import { openSocketFuzz } from './fuzz-sockets.ts'
import { fuzzTargets } from './fuzz-targets.ts'

const hangMsMax = 50
/** A machine under load stops a process for longer than that: only what is slow every time is slow. */
const slowTries = 4
const heapGrowthBytesMax = 24 * 1024 * 1024
const socketShare = 0.3
const blockInputs = 2_000
const socketBlockInputs = 256
const failuresMax = 5

const collect = ((): (() => void) => {
  v8.setFlagsFromString('--expose-gc')
  return vm.runInNewContext('gc') as () => void
})()

/** Bytes that are in use, garbage left out. */
function used(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

export const fuzzRow: FaultRow = {
  name: 'fuzz of every framer, decoder, HTTP, MQTT, TCP and UDP input',
  full: 1_000_000,
  long: 200_000_000,
  unit: 'inputs',
  passesWhen: `no throw past the boundary, no hang > ${hangMsMax} ms, flat memory`,
  async run({ budgetMs, firstSeed, onProgress }) {
    const began = performance.now()
    const failures: { seed: number; what: string }[] = []
    const fail = (seed: number, what: string) => void failures.push({ seed, what })
    let seed = firstSeed
    const stray = (error: Error) => fail(seed, `past the boundary: ${error.stack ?? error}`)
    process.on('uncaughtException', stray)
    process.on('unhandledRejection', stray)
    const corpus = codecCorpus()
    let viaSockets = 0
    let pure = 0
    let pureMs = 0
    let socketMs = 0
    let baseline: number | undefined
    const on = () => failures.length < failuresMax && pure + viaSockets < fuzzRow.long
    try {
      await using sockets = await openSocketFuzz(corpus)
      while (on() && (pure === 0 || performance.now() - began < budgetMs)) {
        const blockBegan = performance.now()
        if (socketMs <= pureMs * (socketShare / (1 - socketShare)) && pure > 0) {
          const from = seed
          seed += socketBlockInputs
          viaSockets += socketBlockInputs
          await sockets.send(from, socketBlockInputs).catch((error: Error) => fail(from, error.message))
          await unlessSlow(sockets.honest, (what) => fail(from, `after seeds up to ${seed}: ${what}`))
          socketMs += performance.now() - blockBegan
        } else {
          for (const until = seed + blockInputs; seed < until && on(); seed++) {
            const what = tryInput(seed, corpus)
            if (what) fail(seed, what)
          }
          pure += blockInputs
          pureMs += performance.now() - blockBegan
          await new Promise((resolve) => setImmediate(resolve))
        }
        // Warm code and full caches first.
        if (baseline === undefined && performance.now() - began > budgetMs * 0.3) baseline = used()
        onProgress?.(pure + viaSockets)
      }
      const growth = baseline === undefined ? 0 : used() - baseline
      if (growth > heapGrowthBytesMax) fail(firstSeed, `memory grew by ${Math.round(growth / 1024)} KiB`)
      const rate = Math.round(pure / (pureMs / 1_000)).toLocaleString('en')
      return {
        reached: pure + viaSockets,
        failures,
        note: `${rate} a second in-process, ${viaSockets.toLocaleString('en')} through sockets, memory ${growth < 0 ? '' : '+'}${Math.round(growth / 1024)} KiB`,
      }
    } finally {
      process.off('uncaughtException', stray)
      process.off('unhandledRejection', stray)
    }
  },
}

/** The fault of one input, if any. */
export function tryInput(seed: number, corpus = codecCorpus()): string | undefined {
  const [name, target] = fuzzTargets[seed % fuzzTargets.length] as (typeof fuzzTargets)[number]
  const input = fuzzInput(corpus, seed)
  try {
    let ms = Number.POSITIVE_INFINITY
    for (let tries = 0; tries < slowTries && ms > hangMsMax; tries++) {
      const began = performance.now()
      target(input, seed)
      ms = Math.min(ms, performance.now() - began)
    }
    return ms > hangMsMax ? `${name}: took ${Math.round(ms)} ms` : undefined
  } catch (error) {
    const { stack } = error as Error
    return `${name}: ${stack}\n${JSON.stringify(input.bytes.toString('latin1').slice(0, 500))} ${JSON.stringify(input.meta)}`
  }
}

async function unlessSlow(honest: () => Promise<number>, fail: (what: string) => void): Promise<void> {
  let ms = Number.POSITIVE_INFINITY
  try {
    for (let tries = 0; tries < slowTries && ms > hangMsMax; tries++) ms = Math.min(ms, await honest())
    if (ms > hangMsMax) fail(`an honest sender waited ${Math.round(ms)} ms`)
  } catch (error) {
    fail((error as Error).message)
  }
}
