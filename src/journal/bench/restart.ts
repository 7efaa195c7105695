/** A real process fills a journal with small records and is killed; another one opens it: how long until it is ready, with what memory. */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { JournalRecord } from '../journal.ts'
import { openJournalWriter } from '../segment-journal.ts'

const recordBytes = 100
const recordsPerAppend = 2_000
const appendsAhead = 3

export interface Restart {
  readonly records: number
  /** From the start of the process to the open journal. */
  readonly readyMs: number
  readonly openMs: number
  readonly memoryMb: number
}

type RestartMessage = { readonly durable: number } | Omit<Restart, 'readyMs'>

export async function measureRestart(dir: string, records: number, untilMs: number): Promise<Restart> {
  const place = join(dir, 'restart')
  await new Promise<void>((resolve, reject) => {
    const filler = fork(import.meta.filename, ['fill', place])
    filler.on('message', (message: RestartMessage) => {
      if ('durable' in message && (message.durable >= records || performance.now() > untilMs)) filler.kill('SIGKILL')
    })
    filler.once('exit', (_, signal) =>
      signal === 'SIGKILL' ? resolve() : reject(new Error('the filler exited before it was killed')),
    )
  })
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const opener = fork(import.meta.filename, ['open', place])
    opener.once('message', (message: Omit<Restart, 'readyMs'>) =>
      resolve({ ...message, readyMs: performance.now() - began }),
    )
    opener.once('exit', (code) => reject(new Error(`the opener ended with ${code}`)))
  })
}

async function fill(dir: string) {
  const writer = await openJournalWriter(dir)
  const bytes = Buffer.alloc(recordBytes, 5)
  const records = Array.from({ length: recordsPerAppend }, (): JournalRecord => ({ kind: 1, frames: 1, bytes }))
  const waiting: Promise<number>[] = []
  for (;;) {
    waiting.push(writer.append(records))
    if (waiting.length > appendsAhead)
      process.send?.({ durable: (await waiting.shift()) ?? 0 } satisfies RestartMessage)
  }
}

async function openAgain(dir: string) {
  const began = performance.now()
  const writer = await openJournalWriter(dir)
  const openMs = performance.now() - began
  const memoryMb = process.resourceUsage().maxRSS / 1_024
  process.send?.({ records: writer.tail().lastRecord, openMs, memoryMb } satisfies RestartMessage, () => process.exit())
}

const [task, dir] = process.argv.slice(2)
if (process.send && dir !== undefined && task === 'fill') await fill(dir)
if (process.send && dir !== undefined && task === 'open') await openAgain(dir)
