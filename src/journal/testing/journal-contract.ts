/** Contract of every journal, on any storage: one suite, run against each implementation. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { JournalOptions, JournalReader, JournalRecord, JournalWriter, StoredRecord } from '../journal.ts'
import type { StepClock } from './step-clock.ts'

export interface JournalUnderTest {
  openWriter(options?: JournalOptions): Promise<JournalWriter>
  openReader(): Promise<JournalReader>
  readonly clock: StepClock
}

const data = (text: string, frames = 1): JournalRecord => ({ kind: 1, frames, bytes: Buffer.from(text) })
const noise = (text: string): JournalRecord => ({ kind: 2, frames: 1, bytes: Buffer.from(text) })
const checkpoint = (text: string): JournalRecord => ({ kind: 3, frames: 0, bytes: Buffer.from(text) })
const everything = { bytesMax: 1_000_000, framesMax: 1_000_000 }
const textOf = ({ bytes }: StoredRecord) => Buffer.from(bytes).toString()

export function journalContract(name: string, make: () => Promise<JournalUnderTest>) {
  describe(`journal contract: ${name}`, () => {
    it('numbers records densely from 1 and answers with the last number of the call', async () => {
      await using writer = await (await make()).openWriter()
      assert.equal(writer.tail().lastRecord, 0)
      const answers = await Promise.all([
        writer.append([data('a'), data('b')]),
        writer.append([data('c')]),
        writer.append([noise('d'), data('e'), checkpoint('f')]),
      ])
      assert.deepEqual(answers, [2, 3, 6])
      assert.equal(writer.tail().lastRecord, 6)
    })

    it('reads back what was appended, byte for byte, in order, with the frames counted so far', async () => {
      const journal = await make()
      await using writer = await journal.openWriter()
      const all = [data('a', 3), noise('\0\xff'), checkpoint('c'), data('', 0), data('e', 4)]
      await writer.append(all)
      await using reader = await journal.openReader()
      const { records, damage } = await reader.read(0, { durable: 5, ...everything })
      assert.deepEqual(damage, [])
      assert.deepEqual(records.map((record) => ({ ...record, bytes: Buffer.from(record.bytes) })).map(fieldsOf), [
        [1, 1, 3, 3, 0, 'a'],
        [2, 2, 1, 3, 1, Buffer.from('\0\xff').toString()],
        [3, 3, 0, 3, 1, 'c'],
        [4, 1, 0, 3, 1, ''],
        [5, 1, 4, 7, 1, 'e'],
      ])
    })

    it('returns nothing beyond the durable number passed to it', async () => {
      const journal = await make()
      await using writer = await journal.openWriter()
      await writer.append(['a', 'b', 'c'].map((text) => data(text)))
      await using reader = await journal.openReader()
      assert.deepEqual((await reader.read(0, { durable: 0, ...everything })).records, [])
      assert.deepEqual((await reader.read(0, { durable: 2, ...everything })).records.map(textOf), ['a', 'b'])
      assert.deepEqual((await reader.read(2, { durable: 2, ...everything })).records, [])
      assert.deepEqual((await reader.read(2, { durable: 3, ...everything })).records.map(textOf), ['c'])
    })

    it('keeps to the limits of bytes and frames, and always moves on', async () => {
      const journal = await make()
      await using writer = await journal.openWriter()
      await writer.append([data('x'.repeat(500), 5), data('y'.repeat(500), 5), data('z', 100)])
      await using reader = await journal.openReader()
      const read = async (after: number, bytesMax: number, framesMax: number) =>
        (await reader.read(after, { durable: 3, bytesMax, framesMax })).records.length
      assert.equal(await read(0, 10, 1_000), 1)
      assert.equal(await read(0, 999, 1_000), 1)
      assert.equal(await read(0, 1_000, 1_000), 2)
      assert.equal(await read(0, 1_001, 1_000), 3)
      assert.equal(await read(0, 10_000, 9), 1)
      assert.equal(await read(0, 10_000, 10), 2)
      assert.equal(await read(2, 1, 1), 1)
    })

    it('reads from any position, forwards and back', async () => {
      const journal = await make()
      await using writer = await journal.openWriter({ segmentBytesMax: 2_000 })
      for (let i = 0; i < 40; i++) await writer.append([data(`record ${i + 1} ${'.'.repeat(i * 7)}`)])
      await using reader = await journal.openReader()
      for (const after of [0, 39, 1, 20, 19, 38, 0, 30, 7]) {
        const { records } = await reader.read(after, { durable: 40, bytesMax: 1, framesMax: 1 })
        assert.equal(records[0]?.number, after + 1)
        assert.match(textOf(records[0] as StoredRecord), new RegExp(`^record ${after + 1} `))
      }
    })

    it('hands out bytes that stay as they are while the rest of the call is read', async () => {
      const journal = await make()
      await using writer = await journal.openWriter()
      const records = Array.from({ length: 400 }, (_, i) => data(`${i} ${'.'.repeat(900)}`))
      for (let i = 0; i < records.length; i += 100) await writer.append(records.slice(i, i + 100))
      await using reader = await journal.openReader()
      for (let after = 0; after < 400; ) {
        const found = (await reader.read(after, { durable: 400, ...everything })).records
        for (const record of found) assert.ok(textOf(record).startsWith(`${record.number - 1} ..`))
        after = found.at(-1)?.number ?? Number.NaN
      }
    })

    it('goes on after a reopening: same id, higher fence, next number, counts and newest checkpoint', async () => {
      const journal = await make()
      const first = await journal.openWriter()
      await first.append([data('a', 2), checkpoint('old'), checkpoint('new'), noise('n')])
      await first[Symbol.asyncDispose]()
      await using second = await journal.openWriter()
      assert.equal(second.id, first.id)
      assert.ok(second.fence > first.fence)
      assert.equal(textOf(second.lastCheckpoint as StoredRecord), 'new')
      assert.equal(second.lastCheckpoint?.number, 3)
      assert.deepEqual(second.damage, [])
      const { lastRecord, acceptedFrames, noiseFrames } = second.tail()
      assert.deepEqual([lastRecord, acceptedFrames, noiseFrames], [4, 2, 1])
      assert.equal(await second.append([data('b', 5)]), 5)
      assert.equal(second.tail().acceptedFrames, 7)
    })

    it('finds the newest checkpoint however long ago it was', async () => {
      const journal = await make()
      let writer = await journal.openWriter({ segmentBytesMax: 1_500 })
      await writer.append([checkpoint('here')])
      for (let i = 0; i < 30; i++) await writer.append([data('.'.repeat(300))])
      for (let i = 0; i < 3; i++) {
        await writer[Symbol.asyncDispose]()
        writer = await journal.openWriter({ segmentBytesMax: 1_500 })
        assert.equal(textOf(writer.lastCheckpoint as StoredRecord), 'here')
      }
      await writer[Symbol.asyncDispose]()
    })

    it('has one writer at a time', async () => {
      const journal = await make()
      const writer = await journal.openWriter()
      await assert.rejects(journal.openWriter(), { code: 'E_JOURNAL_LOCKED' })
      await writer.append([data('still working')])
      await writer[Symbol.asyncDispose]()
      await using next = await journal.openWriter()
      assert.equal(next.tail().lastRecord, 1)
    })

    it('refuses a record that is too large, and nothing else with it', async () => {
      await using writer = await (await make()).openWriter({ recordBytesMax: 100 })
      await assert.rejects(writer.append([data('fits'), data('.'.repeat(101))]), { code: 'E_JOURNAL_TOO_LARGE' })
      assert.equal(await writer.append([data('.'.repeat(100))]), 1)
    })

    it('refuses after closing, and has everything durable that was appended before', async () => {
      const journal = await make()
      const writer = await journal.openWriter()
      const answers = [writer.append([data('a')]), writer.append([data('b')])]
      await writer[Symbol.asyncDispose]()
      assert.deepEqual(await Promise.all(answers), [1, 2])
      await assert.rejects(writer.append([data('c')]), { code: 'E_JOURNAL_CLOSED' })
      await using reader = await journal.openReader()
      assert.equal((await reader.scan()).tail.lastRecord, 2)
    })

    it('reports the durable number before it answers, and the number only grows', async () => {
      await using writer = await (await make()).openWriter()
      const reported: number[] = []
      writer.onDurable(({ lastRecord }) => reported.push(lastRecord))
      for (let i = 0; i < 5; i++) {
        const last = await writer.append([data('a'), data('b')])
        assert.ok(writer.tail().lastRecord >= last)
        assert.equal(reported.at(-1), last)
      }
      assert.deepEqual(
        reported,
        reported.toSorted((a, b) => a - b),
      )
    })

    it('appends nothing when given nothing', async () => {
      await using writer = await (await make()).openWriter()
      assert.equal(await writer.append([]), 0)
      assert.equal(await writer.append([data('a')]), 1)
      assert.equal(await writer.append([]), 1)
    })

    it('knows the counts at any record', async () => {
      const journal = await make()
      await using writer = await journal.openWriter({ segmentBytesMax: 1_500 })
      for (let i = 1; i <= 30; i++) await writer.append([i % 3 === 0 ? noise('n') : data('.'.repeat(200), i)])
      await using reader = await journal.openReader()
      let acceptedFrames = 0
      let noiseFrames = 0
      for (let number = 0; number <= 30; number++) {
        if (number > 0 && number % 3 === 0) noiseFrames++
        else acceptedFrames += number
        assert.deepEqual(await reader.countsAt(number), { acceptedFrames, noiseFrames })
      }
      assert.equal(await reader.countsAt(31), undefined)
    })

    it('lets a reader follow a writer through its segments and reopenings', async () => {
      const journal = await make()
      let writer = await journal.openWriter({ segmentBytesMax: 1_200 })
      await using reader = await journal.openReader()
      const seen: string[] = []
      let after = 0
      for (let i = 0; i < 60; i++) {
        if (i % 17 === 16) {
          await writer[Symbol.asyncDispose]()
          writer = await journal.openWriter({ segmentBytesMax: 1_200 })
        }
        await writer.append([data(`${i}`), data('.'.repeat(100))])
        const { lastRecord } = writer.tail()
        while (after < lastRecord) {
          const { records } = await reader.read(after, { durable: lastRecord, bytesMax: 150, framesMax: 10 })
          seen.push(...records.map(textOf).filter((text) => !text.startsWith('.')))
          after = records.at(-1)?.number ?? after
        }
      }
      await writer[Symbol.asyncDispose]()
      assert.deepEqual(
        seen,
        Array.from({ length: 60 }, (_, i) => `${i}`),
      )
      assert.equal(reader.id, writer.id)
    })

    it('scans to the same tail, checkpoint and counts that the writer knows', async () => {
      const journal = await make()
      await using writer = await journal.openWriter()
      await writer.append([data('a', 3), checkpoint('c'), noise('n')])
      await using reader = await journal.openReader()
      const { tail, lastCheckpoint, damage } = await reader.scan()
      assert.deepEqual(tail, writer.tail())
      assert.equal(lastCheckpoint?.number, 2)
      assert.deepEqual(damage, [])
    })

    it('removes what is released and old, keeps what is not, and still knows the counts', async () => {
      const journal = await make()
      const options = { segmentBytesMax: 1_500, retentionMs: 60_000 }
      let writer = await journal.openWriter(options)
      for (let i = 0; i < 30; i++) await writer.append([data('.'.repeat(300), 2)])
      const reopen = async () => {
        await writer[Symbol.asyncDispose]()
        writer = await journal.openWriter(options)
      }
      const first = async () => {
        await using reader = await journal.openReader()
        return (await reader.read(0, { durable: 30, ...everything })).records[0]?.number
      }
      journal.clock.advance(10_000)
      writer.release(10)
      await reopen()
      assert.equal(await first(), 1, 'released but young')
      journal.clock.advance(100_000)
      await writer.append([data('young', 2)])
      writer.release(0)
      await reopen()
      assert.equal(await first(), 1, 'old but not released')
      journal.clock.advance(100_000)
      writer.release(10)
      await reopen()
      const kept = await first()
      assert.ok(kept && kept > 1 && kept <= 11, `${kept} is the first one kept`)
      await using reader = await journal.openReader()
      assert.deepEqual(await reader.countsAt(kept - 1), { acceptedFrames: (kept - 1) * 2, noiseFrames: 0 })
      const { damage } = await reader.read(0, { durable: 31, ...everything })
      assert.deepEqual(
        damage.map(({ fromRecord, toRecord, frames }) => [fromRecord, toRecord, frames]),
        [[1, kept - 1, (kept - 1) * 2]],
      )
      assert.equal(writer.tail().acceptedFrames, 62)
      await writer[Symbol.asyncDispose]()
    })

    it('removes nothing that a second consumer holds', async () => {
      const journal = await make()
      const options = { segmentBytesMax: 1_500, retentionMs: 0 }
      let writer = await journal.openWriter(options)
      for (let i = 0; i < 30; i++) await writer.append([data('.'.repeat(300), 2)])
      const firstAfter = async (held: number) => {
        journal.clock.advance(1_000_000)
        writer.release(29, held)
        await writer[Symbol.asyncDispose]()
        writer = await journal.openWriter(options)
        journal.clock.advance(1_000_000)
        writer.release(29, held)
        await writer[Symbol.asyncDispose]()
        writer = await journal.openWriter(options)
        await using reader = await journal.openReader()
        return (await reader.read(0, { durable: 30, ...everything })).records[0]?.number ?? 0
      }
      assert.equal(await firstAfter(0), 1)
      const kept = await firstAfter(10)
      assert.ok(kept > 1 && kept <= 11, `${kept} is the first one kept`)
      const all = await firstAfter(29)
      assert.ok(all > 11, `${all} is the first one kept`)
      await writer[Symbol.asyncDispose]()
    })

    it('never removes the newest checkpoint', async () => {
      const journal = await make()
      const options = { segmentBytesMax: 1_000, retentionMs: 0 }
      let writer = await journal.openWriter(options)
      await writer.append([data('.'.repeat(700)), checkpoint('precious')])
      for (let i = 0; i < 10; i++) await writer.append([data('.'.repeat(500))])
      for (let i = 0; i < 3; i++) {
        journal.clock.advance(100_000)
        writer.release(12)
        await writer[Symbol.asyncDispose]()
        writer = await journal.openWriter(options)
        assert.equal(textOf(writer.lastCheckpoint as StoredRecord), 'precious')
      }
      await writer[Symbol.asyncDispose]()
    })
  })
}

const fieldsOf = (record: StoredRecord) => {
  const { number, kind, frames, acceptedFrames, noiseFrames } = record
  return [number, kind, frames, acceptedFrames, noiseFrames, textOf(record)]
}
