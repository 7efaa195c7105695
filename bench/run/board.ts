/**
 * An emulated board on its own pseudo-terminal, without a relay: what a reader does not read in time fills the terminal
 * (some 20 KB), then the board's FIFO, and then bytes are discarded and counted, as on a real line.
 *
 * The terminal is made by pty-owner.py, because Node cannot.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Sent } from './truth.ts'

export interface Burst {
  /** Number of the first line; each burst has a range of its own. */
  readonly first: number
  readonly rate: number
  readonly seconds: number
  readonly sensors: number
}

export interface BurstTruth extends Sent {
  /** The emulator shares the machine: what it reached, lines a second. */
  readonly rate: number
}

export interface Board extends AsyncDisposable {
  /** Path that a reader opens. */
  readonly path: string
  send(burst: Burst): Promise<BurstTruth>
  /** While no process has the port open, sent lines are lost on the wire. Resolves when the board knows. */
  closed(isClosed: boolean): Promise<void>
  /** Resolves when a reader has the port open. */
  opened(): Promise<void>
  /** A reader that was killed may have left the terminal locked against the next. */
  unlock(): void
}

const folder = import.meta.dirname
const openMsMax = 60_000
const openLookMs = 20

export async function startBoard(): Promise<Board> {
  const owner = spawn(
    'python3',
    [path.join(folder, 'pty-owner.py'), process.execPath, path.join(folder, 'board-process.ts')],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const end = () => owner.kill('SIGKILL')
  process.once('exit', end)
  const answers = answersOf(owner)
  const { path: tty } = (await answers('path')) as { path: string }
  return {
    path: tty,
    async send(burst) {
      owner.stdin?.write(`${JSON.stringify(burst)}\n`)
      return (await answers('damaged')) as BurstTruth
    },
    async closed(isClosed) {
      owner.stdin?.write(`${JSON.stringify({ closed: isClosed })}\n`)
      await answers('closed')
    },
    async opened() {
      for (const until = performance.now() + openMsMax; !hasReader(tty, owner.pid); await sleep(openLookMs))
        if (performance.now() > until) throw new Error(`no process opened ${tty} within ${openMsMax / 1_000} s`)
    },
    unlock: () => void owner.kill('SIGUSR1'),
    async [Symbol.asyncDispose]() {
      process.off('exit', end)
      const gone = new Promise((resolve) => owner.once('close', resolve))
      owner.stdin?.end()
      await gone
    },
  }
}

/** Somebody but the owner, who holds it for all, has this terminal open. */
function hasReader(tty: string, owner: number | undefined): boolean {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === owner) continue
    try {
      const files = `/proc/${pid}/fd`
      if (readdirSync(files).some((fd) => linkOf(`${files}/${fd}`) === tty)) return true
    } catch {
      // It ended meanwhile.
    }
  }
  return false
}

function linkOf(file: string): string | undefined {
  try {
    return readlinkSync(file)
  } catch {
    return undefined
  }
}

/** The next answer that has this field; rejects when the process ends instead. One question of a kind at a time. */
function answersOf(child: ChildProcess): (field: string) => Promise<unknown> {
  const asked = new Map<string, PromiseWithResolvers<unknown>>()
  let fault: Error | undefined
  const fail = (reason: Error) => {
    fault ??= reason
    for (const { reject } of asked.values()) reject(fault)
  }
  child.once('error', fail)
  child.once('close', (code, signal) => fail(new Error(`the emulated board ended (${signal ?? `exit ${code}`})`)))
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
    const answer = JSON.parse(text) as object
    for (const [field, { resolve }] of asked)
      if (field in answer) {
        asked.delete(field)
        resolve(answer)
      }
  })
  return (field) => {
    if (fault) return Promise.reject(fault)
    const question = Promise.withResolvers<unknown>()
    asked.set(field, question)
    return question.promise
  }
}
