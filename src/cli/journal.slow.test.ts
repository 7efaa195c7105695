import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, it } from 'node:test'
import { crc32 } from 'node:zlib'
import { runCli } from '../../test/fixtures/cli.ts'
import { encodeUplink } from '../domain/uplink.ts'
import { openJournalReader, openJournalWriter } from '../journal/segment-journal.ts'
import { instant } from '../lib/brand.ts'

const golden = (name: string) => join(import.meta.dirname, '../journal/golden', `v1-${name}`)
const place = await mkdtemp(join(tmpdir(), 'journal-cli-'))
after(() => rm(place, { recursive: true, force: true }))
const listing = async (dir: string) =>
  Promise.all((await readdir(dir)).sort().map((name) => readFile(join(dir, name), 'hex')))

it('inspect shows each segment: records, frames, time, fence, how it ended', async () => {
  const { code, stdout } = await runCli(['journal', 'inspect', golden('next'), '--json'])
  assert.equal(code, 0)
  const { data } = JSON.parse(stdout) as {
    data: { segments: Record<string, unknown>[]; id: string; last_record: number }
  }
  assert.deepEqual([data.id, data.last_record], ['5ba17a11ba7ec0de', 4])
  assert.deepEqual(
    data.segments.map(({ fence, first_record, records, frames, sealed, state }) => [
      fence,
      first_record,
      records,
      frames,
      sealed,
      state,
    ]),
    [
      [1, 1, 1, 3, 'continued', 'whole'],
      [1, 2, 2, 2, 'continued', 'whole'],
      [2, 4, 1, 1, 'closed', 'whole'],
    ],
  )
  const readable = await runCli(['journal', 'inspect', golden('torn-tail')])
  assert.match(readable.stdout, /records 1 to 2 \(2\), 2 frames/)
  assert.match(readable.stdout, /1 finding: baykeeper journal verify explains/)
})

it('verify finds whole and torn journals in order, and reports for a damaged one what, where, how much, and what to do', async () => {
  assert.equal((await runCli(['journal', 'verify', golden('whole')])).code, 0)
  const torn = await runCli(['journal', 'verify', golden('torn-tail')])
  assert.equal(torn.code, 0)
  assert.match(
    torn.stdout,
    /torn end: 46 bytes at offset 599 .*\n {2}cost: nothing that was acknowledged.*\n {2}do: {3}nothing/,
  )
  const before = await listing(golden('damaged-record'))
  const damaged = await runCli(['journal', 'verify', golden('damaged-record')])
  assert.equal(damaged.code, 5)
  assert.match(
    damaged.stdout,
    /damage: 43 bytes at offset 554 of .*record 2: .*\n {2}cost: 7 frames lost\n {2}do: .*disk/,
  )
  assert.deepEqual(await listing(golden('damaged-record')), before)
})

it('verify names the copy of damaged bytes once there is one', async () => {
  const dir = join(place, 'copied')
  await cp(golden('damaged-record'), dir, { recursive: true })
  await using reader = await openJournalReader(dir)
  await reader.read(1, { durable: 3, bytesMax: 1_000, framesMax: 10 })
  const { stdout } = await runCli(['journal', 'verify', dir, '--json'])
  const { ok, data } = JSON.parse(stdout) as { ok: boolean; data: { damage: { copy: string; frames: number }[] } }
  assert.equal(ok, false)
  assert.equal(data.damage[0]?.frames, 7)
  assert.equal((await readFile(data.damage[0]?.copy ?? '')).length, 43)
})

it('a segment of a later version is named, exit 5; export refuses in words', async () => {
  const dir = join(place, 'later')
  await cp(golden('whole'), dir, { recursive: true })
  const [name = ''] = await readdir(dir)
  const bytes = await readFile(join(dir, name))
  bytes.writeUInt16LE(9, 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 508)), 508)
  await writeFile(join(dir, name), bytes)
  const verified = await runCli(['journal', 'verify', dir])
  assert.equal(verified.code, 5)
  assert.match(verified.stdout, /has format 9: a later version of baykeeper wrote it/)
  const exported = await runCli(['journal', 'export', dir])
  assert.match(exported.stderr, /format 9, this program reads 1/)
  assert.deepEqual(await listing(dir), [bytes.toString('hex')])
})

it('export writes each record as a line, with where it came from, or its bytes alone', async () => {
  const dir = join(place, 'exported')
  const writer = await openJournalWriter(dir)
  const uplink = { source: 'tcp', codec: 'generic', framing: 'lines' as const, arrivedAt: instant(1_700_000_000_000) }
  for (const text of ['one\n', 'two\n', '\xff'])
    await writer.append([
      { kind: 1, frames: 1, bytes: encodeUplink({ ...uplink, bytes: Buffer.from(text, 'latin1') }) },
    ])
  await writer[Symbol.asyncDispose]()
  const lines = (await runCli(['journal', 'export', dir])).stdout.trim().split('\n')
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      ...['one\n', 'two\n'].map((text, i) => ({
        ...{ number: i + 1, kind: 'data', frames: 1, source: 'tcp', received: '2023-11-14T22:13:20.000Z' },
        ...{ codec: 'generic', framing: 'lines', text },
      })),
      {
        ...{ number: 3, kind: 'data', frames: 1, source: 'tcp', received: '2023-11-14T22:13:20.000Z' },
        ...{ codec: 'generic', framing: 'lines', base64: '/w==' },
      },
    ],
  )
  const raw = await runCli(['journal', 'export', dir, '--raw', '--from', '1', '--to', '2'])
  assert.equal(raw.stdout, 'one\ntwo\n')
  const hurt = await runCli(['journal', 'export', golden('damaged-record')])
  assert.equal(hurt.code, 5)
  assert.equal(hurt.stdout.trim().split('\n').length, 2)
  assert.match(hurt.stderr, /damage: 43 bytes/)
})

it('what it cannot do is an error: exit 4 where there is no journal, 2 for an invalid number', async () => {
  const none = await runCli(['journal', 'verify', join(place, 'nothing')])
  assert.equal(none.code, 4)
  assert.match(none.stderr, /there is no journal in /)
  assert.equal((await runCli(['journal', 'export', golden('whole'), '--from', 'two'])).code, 2)
})

it('works beside a writer that never rests', async () => {
  const dir = join(place, 'busy')
  await using writer = await openJournalWriter(dir, { segmentBytesMax: 20_000 })
  let busy = true
  const working = (async () => {
    while (busy) await writer.append([{ kind: 1, frames: 1, bytes: Buffer.alloc(900, 7) }])
  })()
  try {
    for (let i = 0; i < 3; i++) {
      const { code, stdout } = await runCli(['journal', 'verify', dir])
      assert.equal(code, 0, stdout)
    }
  } finally {
    busy = false
    await working
  }
})
