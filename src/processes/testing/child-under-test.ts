/** One real child process without `main`: this test holds the channel, and keeps what the child sends. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../config/config.ts'
import type { ChildSettings, Role, ToChild, ToMain } from '../messages.ts'

/** Bounds a hang. */
const msMax = 40_000

type Sent<T extends ToMain['type']> = Extract<ToMain, { type: T }>

export interface ChildUnderTest {
  readonly process: ChildProcess
  /** Everything it has sent. */
  readonly sent: readonly ToMain[]
  readonly errors: () => string
  send(message: ToChild): void
  /** Resolves with the first message of this type that fits, sent already or later. */
  got<T extends ToMain['type']>(type: T, fits?: (message: Sent<T>) => boolean): Promise<Sent<T>>
  /** Exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Removed when the processes of all tests of the file have ended. */
const directories: string[] = []
after(() => Promise.all(directories.map((dir) => rm(dir, { recursive: true, force: true, maxRetries: 5 }))))

export async function childDirectory(): Promise<string> {
  const dir = await mkdtemp(path.join(tmpdir(), 'baykeeper-child-'))
  directories.push(dir)
  return dir
}

/** Settings as `main` sends them: every listener off, but for what the test asks for. */
export function childSettings(dataDir: string, role: Role, more: Partial<ChildSettings> = {}): ChildSettings {
  const { config } = loadConfig({
    env: {},
    flags: { data: dataDir, logLevel: 'warn', ingestPort: 'off', mqttPort: 'off', tcpPort: 'off', udpPort: 'off' },
  })
  return {
    ...{ role, config, dataDir, demo: undefined, listeners: {}, udpPorts: {}, fence: 1, version: '0.0.0' },
    ...{ startedAt: Date.now(), urls: {} },
    ...more,
  }
}

/** Ended by force with the test, if it still runs then. */
export function startChild(
  t: TestContext,
  args: readonly string[],
  options: { readonly settings?: ChildSettings; readonly fds?: readonly number[] } = {},
): ChildUnderTest {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc', ...(options.fds ?? [])],
    serialization: 'advanced',
    env: { ...process.env, BAYKEEPER_API_KEY: 'api-key-of-the-tests-all-scopes', BAYKEEPER_INGEST_TOKEN: 'good-token' },
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const sent: ToMain[] = []
  child.on('message', (message: ToMain) => sent.push(message))
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  )
  let isOver = false
  void ended.then(() => {
    isOver = true
  })
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const send = (message: ToChild) => child.connected && child.send(message, undefined, undefined, () => {})
  if (options.settings) send({ type: 'start', settings: options.settings })
  return {
    process: child,
    sent,
    errors: () => errors,
    send,
    ended,
    async got(type, fits = () => true) {
      for (const end = performance.now() + msMax; ; await sleep(10)) {
        const found = sent.find((message): message is never => message.type === type && fits(message as never))
        if (found) return found
        if (isOver || performance.now() > end)
          throw new Error(`no message "${type}" that fits; it sent ${JSON.stringify(sent).slice(0, 2_000)}\n${errors}`)
      }
    },
  }
}

/** The program of a role. */
export const startRole = (t: TestContext, settings: ChildSettings, fds: readonly number[] = []) =>
  startChild(t, [path.join(import.meta.dirname, '..', `${settings.role}.ts`)], { settings, fds })
