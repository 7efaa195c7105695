/**
 * kill -9 of the real processes under load on four protocols, at random times and at named fail points. The oracle runs in a
 * process of its own.
 */
import { fork } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { failPoints } from '../../src/lib/fail-point.ts'
import { findPart } from '../../tools/parts.ts'
import { type PtyPair, ptyPair } from '../fixtures/pty.ts'
import { ingestToken, type ProcessName, startServer, type TestServer } from '../fixtures/server.ts'
import type { FaultRow, FaultRunResult } from './fault-row.ts'
import type { FromOracle, ToOracle, Verdict } from './oracle-process.ts'
import { createRandom } from './random.ts'

const perSecond = { http: 2_000, mqtt: 1_500, tcp: 1_500, serial: 600 }
/** Kills before everything is counted and a new server is made. */
const killsEach = 15
/** Starting, draining and counting take about this long; a round is not begun without it. */
const roundMsMin = 12_000
const falls: readonly ProcessName[] = ['intake', 'intake', 'intake', 'processor', 'processor', 'web', 'main']
const chances: Record<(typeof failPoints)[number], number> = {
  'frame-received': 0.002,
  'frame-durable': 0.002,
  checkpoint: 0.3,
  'record-seen': 0.01,
  'batch-committed': 0.01,
}

export const killRow: FaultRow = {
  name: 'kill -9 of the real processes under load',
  full: 100,
  weight: 3,
  long: 5_000,
  unit: 'kills',
  passesWhen: 'no acknowledged frame is lost or doubled; the ledger counts exactly what the serial line lost',
  async run({ budgetMs, firstSeed, onProgress }) {
    const until = performance.now() + budgetMs
    const failures: { seed: number; what: string }[] = []
    const sum = { kills: 0, sent: 0, acknowledged: 0, stored: 0, serialMissing: 0 }
    for (let seed = firstSeed; seed === firstSeed || performance.now() + roundMsMin < until; seed++) {
      try {
        const { kills, verdict } = await round(seed, until)
        sum.kills += kills
        for (const key of ['sent', 'acknowledged', 'stored', 'serialMissing'] as const) sum[key] += verdict[key]
      } catch (error) {
        failures.push({ seed, what: (error as Error).message })
      }
      onProgress?.(sum.kills)
      if (failures.length > 3) break
    }
    const { kills, ...counts } = sum
    const parts = Object.entries(counts).map(
      ([key, count]) => `${count.toLocaleString('en')} ${words[key as keyof typeof words]}`,
    )
    return { reached: kills, failures, note: parts.join(', ') } satisfies FaultRunResult
  },
}

const words = {
  sent: 'frames sent',
  acknowledged: 'acknowledged',
  stored: 'stored',
  serialMissing: 'lost on the serial line and named',
}

/** Odd seeds kill from outside, even ones at a fail point. */
async function round(seed: number, until: number): Promise<{ kills: number; verdict: Verdict }> {
  const random = createRandom(seed)
  const place = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-kill-'))
  const dataDir = path.join(place, 'data')
  let pty: PtyPair | undefined
  let server: TestServer | undefined
  const oracle = await startOracle()
  try {
    if (findPart('socat')) pty = await ptyPair()
    const config = path.join(place, 'config.yaml')
    await writeFile(config, pty ? `serial:\n  - path: ${pty.server}\n    checksum: required\n` : '{}\n')
    const point = failPoints[Math.floor(random() * failPoints.length)] as (typeof failPoints)[number]
    const byPoint = seed % 2 === 0
    const env = byPoint ? { BAYKEEPER_FAIL_POINTS: `${point}=${chances[point]}` } : {}
    const flags = ['--config', config]
    server = await startServer({ dataDir, flags, env })
    const { ingest, mqtt, tcp } = server.ready
    const address = { ingest, mqtt, tcp, token: ingestToken }
    oracle.send({ type: 'start', place: address, serial: pty?.device, salt: seed, perSecond })
    let kills = 0
    await sleep(500)
    while (kills < killsEach && performance.now() + roundMsMin / 2 < until + (kills === 0 ? roundMsMin : 0)) {
      await sleep(100 + random() * 900)
      if (byPoint) {
        const fallen = fallsIn(server.logs())
        // Not hit for long: a kill from outside keeps the round from waiting for ever.
        if (fallen > kills) kills = fallen
        else if (random() < 0.2) await server.kill('processor')
        continue
      }
      const name = falls[Math.floor(random() * falls.length)] as ProcessName
      await server.kill(name)
      kills++
      if (name !== 'main') continue
      await server.stop()
      const ports = portFlags(server)
      server = await startServer({ dataDir, flags: [...flags, ...ports] })
    }
    if (byPoint) {
      // The storm is over: the same data, without fail points.
      const ports = portFlags(server)
      await server.stop()
      server = await startServer({ dataDir, flags: [...flags, ...ports] })
    }
    await oracle.ask({ type: 'stop' }, 'stopped')
    const { verdict } = await oracle.ask({ type: 'check', ready: server.ready, dataDir }, 'checked')
    const { lost } = verdict.ledger as { lost: number }
    if (lost !== verdict.serialMissing)
      throw new Error(`the ledger has ${lost} lost, the serial line lost ${verdict.serialMissing}`)
    await server.stop()
    return { kills, verdict }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n--- log of the server\n${server?.logs().slice(-3_000)}`, {
      cause: error,
    })
  } finally {
    oracle.end()
    // Its processes were killed.
    await Promise.resolve(server?.[Symbol.asyncDispose]()).catch(() => {})
    await pty?.[Symbol.asyncDispose]()
    await rm(place, { recursive: true, force: true, maxRetries: 5 })
  }
}

const fallsIn = (logs: string) => logs.split('ended and is started again').length - 1

/** The same addresses for the next start. */
export function portFlags({ ready }: TestServer): string[] {
  const port = (url: string) => new URL(url).port
  return [
    '--port',
    port(ready.web),
    '--ingest-port',
    port(ready.ingest),
    '--mqtt-port',
    port(ready.mqtt),
    '--tcp-port',
    port(ready.tcp),
  ]
}

async function startOracle() {
  const child = fork(path.join(import.meta.dirname, 'oracle-process.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    serialization: 'advanced',
  })
  let fault: string | undefined
  const waiting = new Set<(message: FromOracle | undefined) => void>()
  const wake = (message: FromOracle | undefined) => {
    for (const listener of waiting) listener(message)
  }
  child.on('message', (message: FromOracle) => {
    if (message.type === 'fault') fault ??= message.what
    wake(message)
  })
  child.on('exit', (code) => {
    fault ??= `the oracle ended with ${code}`
    wake(undefined)
  })
  return {
    send: (message: ToOracle) => child.send(message, () => {}),
    ask<T extends FromOracle['type']>(message: ToOracle, type: T) {
      child.send(message, () => {})
      return new Promise<Extract<FromOracle, { type: T }>>((resolve, reject) => {
        const listener = (answer: FromOracle | undefined) => {
          if (fault !== undefined) reject(new Error(fault))
          else if (answer?.type === type) resolve(answer as Extract<FromOracle, { type: T }>)
          else return
          waiting.delete(listener)
        }
        waiting.add(listener)
        if (fault !== undefined) listener(undefined)
      })
    },
    end: () => child.kill('SIGKILL'),
  }
}
