/** The product with its simulated city, started as a newcomer starts it, on free ports and a directory of its own. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'

const bin = path.join(import.meta.dirname, '../../../../bin/baykeeper')
const readyTries = 1_200
const lookMs = 100

export interface RunningDemo {
  readonly dir: string
  readonly web: string
  /** Makes the first administrator; resolves with the seconds since the start. */
  signIn(page: Page): Promise<number>
  /** The first forecast of a new city takes a while; resolves with the seconds since the start. */
  untilForecast(page: Page): Promise<number>
  stop(): Promise<void>
}

export async function startDemo(flags: readonly string[] = []): Promise<RunningDemo> {
  const begun = performance.now()
  const dir = await mkdtemp(path.join(os.tmpdir(), 'baykeeper-tasks-'))
  const readyFile = path.join(dir, 'ready.json')
  const ports = ['--port', '0', '--ingest-port', '0', '--mqtt-port', '0', '--tcp-port', '0', '--udp-port', '0']
  const options = ['--data', path.join(dir, 'data'), '--ready-file', readyFile, ...ports, ...flags]
  const env: Record<string, string | undefined> = { ...process.env, NO_COLOR: '1' }
  for (const name of ['BAYKEEPER_INGEST_TOKEN', 'BAYKEEPER_API_KEY']) delete env[name]
  const command = flags.includes('--bays') ? 'demo' : 'start'
  const child = spawn(bin, [command, ...options], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()))
  for (let i = 0; i < readyTries && child.exitCode === null; i++) {
    // Not written yet.
    const text = await readFile(readyFile, 'utf8').catch(() => '')
    const link = /(http\S+\/setup\?key=\S+)/.exec(output)?.[1]
    const { web } = JSON.parse(text || '{}') as { web?: string }
    if (web && link)
      return {
        ...{ dir, web, stop, signIn: (page) => signIn(page, link, begun) },
        untilForecast: (page) => untilForecast(page, web, begun),
      }
    await sleep(lookMs)
  }
  child.kill('SIGTERM')
  throw new Error(`not ready:\n${output}`)

  async function stop() {
    child.kill('SIGTERM')
    await exited
  }
}

async function untilForecast(page: Page, web: string, begun: number): Promise<number> {
  await page.goto(`${web}/desk/forecast`)
  await page.getByRole('button', { name: 'in 1 h' }).waitFor({ timeout: 240_000 })
  return (performance.now() - begun) / 1_000
}

async function signIn(page: Page, link: string, begun: number): Promise<number> {
  await page.goto(link)
  await page.fill('#name', 'Ada')
  await page.fill('#email', 'ada@example.org')
  await page.fill('#password', 'seven green bicycles')
  await page.press('#password', 'Enter')
  await page.locator('.tile-value.free').waitFor({ timeout: 60_000 })
  return (performance.now() - begun) / 1_000
}
