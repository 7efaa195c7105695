import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SourceKind } from '@baykeeper/contract/vocabulary.ts'
import { JournalError, recordKinds } from '../journal/journal.ts'
import { createMemoryJournal } from '../journal/testing/memory-journal.ts'
import { silentLog } from '../lib/log.ts'
import type { Delivery, Source } from '../sources/source.ts'
import { createIntakeCounters } from './counters.ts'
import { createContexts, type JournalChannel, type SourceReport } from './source-contexts.ts'

const line = (text: string, more: Partial<Delivery> = {}): Delivery => ({
  framing: 'whole',
  codec: 'generic',
  bytes: Buffer.from(text),
  frames: 1,
  ...more,
})

async function opened(kind: SourceKind = 'http') {
  const journal = createMemoryJournal()
  const writer = await journal.openWriter()
  let fault: JournalError | undefined
  const counters = createIntakeCounters()
  const channel: JournalChannel = {
    name: 'real',
    journal: {
      ...writer,
      append: (records) => (fault ? Promise.reject(fault) : writer.append(records)),
      tail: () => writer.tail(),
    },
    counters,
    bytesOnTheWay: 0,
    nearlyFull: undefined,
    missing: undefined,
  }
  const arrived: string[] = []
  const reported: Partial<SourceReport>[] = []
  const deps = {
    log: silentLog,
    channelOf: () => channel,
    onFirstReading: (name: string) => arrived.push(name),
    trusted: new Set('t'),
  }
  const source: Source = { name: 'own', kind, run: async () => {} }
  const context = createContexts(deps)(source, (what) => reported.push(what))
  const count = (name: string) => {
    const { received, accepted, refused, unframeable, inFlight } = counters.source(name)
    return { received, accepted, refused, unframeable, inFlight }
  }
  const records = async () => {
    await using reader = await journal.openReader()
    return (await reader.read(0, { durable: writer.tail().lastRecord, bytesMax: 1e6, framesMax: 1e6 })).records
  }
  return {
    context,
    channel,
    arrived,
    reported,
    count,
    records,
    fail: (code: JournalError['code'] | undefined) => {
      fault = code && new JournalError(code, 'no')
    },
  }
}

const refusals = {
  E_JOURNAL_OVERLOAD: 'overload',
  E_JOURNAL_CLOSED: 'shutdown',
  E_JOURNAL_TOO_LARGE: 'too-large',
  E_JOURNAL_FULL: 'journal',
  E_JOURNAL_FAILED: 'journal',
} as const

test('every fault of the journal is a counted refusal with a retry time', async () => {
  const { context, fail, count } = await opened()
  for (const [code, refusal] of Object.entries(refusals)) {
    fail(code as keyof typeof refusals)
    await assert.rejects(context.deliver([line('a')]), { code: 'E_INTAKE_REFUSED', refusal })
  }
  assert.deepEqual(count('own'), { received: 5, accepted: 0, refused: 5, unframeable: 0, inFlight: 0 })
})

test('frames kept by a source are not counted until they are accepted or dropped, readings and noise alike', async () => {
  const { context, fail, count, records } = await opened('serial')
  fail('E_JOURNAL_FULL')
  for (let attempt = 0; attempt < 3; attempt++) {
    await assert.rejects(context.deliver([line('a')], { keeps: true }))
    await assert.rejects(context.noise(Buffer.from('x'), { keeps: true }))
  }
  assert.deepEqual(count('own'), { received: 0, accepted: 0, refused: 0, unframeable: 0, inFlight: 0 })
  fail(undefined)
  await context.deliver([line('a')], { keeps: true })
  await context.noise(Buffer.from('x'), { keeps: true })
  assert.deepEqual(count('own'), { received: 2, accepted: 1, refused: 0, unframeable: 1, inFlight: 0 })
  assert.deepEqual(
    (await records()).map(({ kind, frames }) => [kind, frames]),
    [
      [recordKinds.data, 1],
      [recordKinds.noise, 1],
    ],
  )
})

test('frames are counted under the name that the sender has, all of a refused delivery', async () => {
  const { context, channel, count } = await opened('mqtt')
  await context.deliver([line('a'), line('b', { source: 'north' })])
  assert.equal(count('own').accepted, 1)
  assert.equal(count('north').accepted, 1)
  channel.nearlyFull = 'the disk is nearly full'
  await assert.rejects(context.deliver([line('a'), line('b', { source: 'north' })]), /free some space/)
  assert.deepEqual([count('own').refused, count('north').refused], [1, 1])
})

test('on a disk that is nearly full the room is left to those who cannot send again', async () => {
  const { context, channel, count } = await opened('serial')
  channel.nearlyFull = 'the disk is nearly full'
  await context.deliver([line('a')])
  assert.equal(count('own').accepted, 1)
})

test('a reading is an arrival; a refusal, noise or a loss of a real source is none', async () => {
  const { context, arrived, reported } = await opened()
  context.refused(1, 'unauthorized')
  context.lost({ cause: 'kernel-drop', frames: 1, detail: 'full' })
  context.pressure()
  await context.noise(Buffer.from('boot'))
  assert.deepEqual(arrived, [])
  await context.deliver([line('a')])
  assert.deepEqual(arrived, ['own'])
  context.facts({ warnings: ['w'] })
  assert.deepEqual(reported, [{ facts: { warnings: ['w'] } }])
})

test('a head that does not fit is a refusal, counted unless it is kept, before anything is journaled', async () => {
  const { context, count, records } = await opened()
  const long = line('b', { source: 'north', meta: { topic: '"'.repeat(33_000) } })
  const refused = { code: 'E_INTAKE_REFUSED', refusal: 'too-large' }
  await assert.rejects(context.deliver([line('a'), long]), refused)
  await assert.rejects(context.deliver([long], { keeps: true }), refused)
  assert.deepEqual(
    [count('own'), count('north')],
    [
      { received: 1, accepted: 0, refused: 1, unframeable: 0, inFlight: 0 },
      { received: 1, accepted: 0, refused: 1, unframeable: 0, inFlight: 0 },
    ],
  )
  assert.deepEqual(await records(), [])
})
