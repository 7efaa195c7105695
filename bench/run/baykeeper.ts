/** The real server, started as a user starts it, on free loopback ports. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Ready } from '../../src/cli/place.ts'
import { type MeasuredProcess, startMeasured, until } from './measured-process.ts'

export const ingestToken = 'ingest-token-of-the-bench'
export const apiKey = 'api-key-of-the-bench-with-all-scopes'
const readyMsMax = 60_000
const bin = path.join(import.meta.dirname, '../../bin/baykeeper')

export interface Baykeeper extends MeasuredProcess {
  /** Current process ids: a killed process has another id afterwards. */
  readonly ready: Ready
}

/** Without forecasts, unless they are what is measured. */
export async function startBaykeeper(
  dir: string,
  flags: readonly string[],
  { forecasts = false }: { forecasts?: boolean } = {},
): Promise<Baykeeper> {
  await mkdir(dir, { recursive: true })
  const readyFile = path.join(dir, 'bench-ready.json')
  await rm(readyFile, { force: true })
  const ports = ['--port', '--ingest-port', '--mqtt-port', '--tcp-port', '--udp-port'].flatMap((flag) => [flag, '0'])
  const data = path.join(dir, 'data')
  const program = startMeasured(
    bin,
    [
      'start',
      '--no-demo',
      ...(forecasts ? [] : ['--no-forecast']),
      ...ports,
      '--data',
      data,
      '--ready-file',
      readyFile,
      '--log-level',
      'warn',
      ...flags,
    ],
    { cwd: dir, env: { NO_COLOR: '1', BAYKEEPER_INGEST_TOKEN: ingestToken, BAYKEEPER_API_KEY: apiKey } },
  )
  try {
    const ready = () => JSON.parse(readFileSync(readyFile, 'utf8')) as Ready
    await until('server', readyMsMax, () => {
      if (program.hasEnded()) throw new Error(`the server ended: ${program.output()}`)
      return existsSync(readyFile) || undefined
    })
    return Object.defineProperty(program, 'ready', { get: ready }) as Baykeeper
  } catch (fault) {
    await program.kill()
    throw new Error(`${(fault as Error).message}\n${program.output()}`, { cause: fault })
  }
}

export const storeUrlOf = (at: { host: string; port: number; user: string; password: string; database: string }) =>
  `mysql://${at.user}:${at.password}@${at.host}:${at.port}/${at.database}`
