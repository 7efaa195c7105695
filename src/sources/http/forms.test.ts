/** Forms in which files really come: line ends, encodings, separators; and requests as proxies and scanners write them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { genericCodec } from '../../codecs/generic/decode.ts'
import { instant } from '../../lib/brand.ts'
import { frameSpans, hasHeader, headerRow } from '../../lib/frames.ts'
import type { Delivery } from '../source.ts'
import type { FakeContext } from '../testing/fake-context.ts'
import { openHttp } from './http-under-test.ts'

const csv = { 'content-type': 'text/csv' }
const rows = ['A-017,1,,1', 'Ä,2,,0', '"x, y",3,,1']
const file = (end: string) => ['device,seq,time,occupied', ...rows, ''].join(end)
const utf16 = (text: string, order: 'le' | 'be') => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

test('rows end with CR, LF or CRLF, with a header or without one', async (t) => {
  const { post, context } = await openHttp(t)
  for (const end of ['\r', '\n', '\r\n']) {
    assert.deepEqual(await (await post(file(end), csv)).json(), { accepted: 3 })
    assert.deepEqual(await (await post(rows.join(end), csv)).json(), { accepted: 3 })
  }
  // Rows of old Excel, then a last line end by another tool.
  assert.deepEqual(await (await post(`${file('\r')}\n`, csv)).json(), { accepted: 3 })
  assert.deepEqual(context.frames(), Array.from({ length: 7 }, () => rows).flat())
})

test('UTF-16 with a byte order mark, and an encoding that the content type names, are read as the text they are', async (t) => {
  const { post, context } = await openHttp(t)
  for (const order of ['le', 'be'] as const)
    for (const end of ['\r', '\r\n'])
      assert.deepEqual(await (await post(utf16(file(end), order), csv)).json(), { accepted: 3 })
  const json = { 'content-type': 'application/json' }
  assert.deepEqual(await (await post(utf16('[{"device":"Ä"}]', 'le'), json)).json(), { accepted: 1 })
  const latin = { 'content-type': 'text/csv; charset=Windows-1252' }
  assert.deepEqual(await (await post(Buffer.from(file('\r\n'), 'latin1'), latin)).json(), { accepted: 3 })
  const packed = { ...csv, 'content-encoding': 'gzip' }
  assert.deepEqual(await (await post(gzipSync(utf16(file('\n'), 'le')), packed)).json(), { accepted: 3 })
  const all = context.frames()
  assert.deepEqual(all.slice(0, 12), Array.from({ length: 4 }, () => rows).flat())
  assert.deepEqual(all.slice(12), ['{"device":"Ä"}', ...rows, ...rows])
  assert.deepEqual(context.durable[0]?.meta, { charset: 'utf-16le', body: '1' })
})

test('text that is malformed in its encoding is kept as it came, and an unknown encoding is refused', async (t) => {
  const { post, context } = await openHttp(t)
  const broken = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('[1]', 'utf16le'), Buffer.from([0x00, 0xd8])])
  assert.equal((await post(broken)).status, 202)
  assert.deepEqual(Buffer.from(context.durable[0]?.bytes ?? []), broken)
  const unknown = await post('[1]', { 'content-type': 'application/json; charset=klingon' })
  assert.equal(unknown.status, 415)
  assert.match(((await unknown.json()) as { detail: string }).detail, /send UTF-8/)
})

test('CSV as Excel writes it is taken: semicolons, tabs, the sep line, UTF-16 with no mark; cells are read as they are meant', async (t) => {
  const { post, context } = await openHttp(t)
  const header = 'device;seq;time;occupied;distance_mm'
  for (const body of [
    `${header}\r\nA;1;;1;81,5\r\n`,
    `${header.replaceAll(';', '\t')}\nA\t1\t\t1\t81,5\n`,
    `sep=;\r\n${header}\r\nA;1;;1;81,5\r\n`,
    `sep=,\r\n${header.replaceAll(';', ',')}\r\nA,1,,1,81.5\r\n`,
    `${header}\rA;1;;1;"81,5"\r`,
    Buffer.from(`${header}\r\nA;1;;1;81,5\r\n`, 'utf16le'),
    Buffer.from(`${header}\r\nA;1;;1;81,5\r\n`, 'utf16le').swap16(),
  ]) {
    const answer = await post(body, csv)
    assert.deepEqual(await answer.json(), { accepted: 1 }, String(body))
    assert.deepEqual(decodedLast(context), [{ device: 'A', seq: 1, measures: { occupied: true, distanceMm: 81.5 } }])
  }
  for (const body of ['A;1;;1\r\n', 'device;occupied\nA;1\n']) {
    assert.deepEqual(await (await post(body, csv)).json(), { accepted: 1 })
    assert.equal(decodedLast(context)?.[0]?.measures.occupied, true, body)
  }
  // Semicolons within a comma separated file are text.
  assert.deepEqual(await (await post('device,occupied\n"a;b;c",1\n', csv)).json(), { accepted: 1 })
  assert.deepEqual(await (await post('device\na;b\n', csv)).json(), { accepted: 1 })
  const other = await post('sep=|\ndevice|occupied\nA|1\n', csv)
  assert.equal(other.status, 400)
  assert.match(((await other.json()) as { detail: string }).detail, /none of comma, semicolon and tab/)
})

test('a map of columns reads a file with names and words of its own; a map that is wrong is refused', async (t) => {
  const { post, context } = await openHttp(t)
  const latin = { 'content-type': 'text/csv; charset=windows-1252' }
  const map = encodeURIComponent('device:Stellplatz,occupied:Belegt?,temperature_c:Temperatur')
  const table = Buffer.from(
    'Nr;Stellplatz;Belegt?;Temperatur\r\n1;Süd 1;belegt;-3,5\r\n2;Süd 2;nicht belegt;\r\n',
    'latin1',
  )
  const answer = await post(table, latin, `/ingest/v1?map=${map}`)
  assert.deepEqual(await answer.json(), { accepted: 2 })
  assert.deepEqual(decodedAll(context), [
    { device: 'Süd 1', measures: { occupied: true, temperatureC: -3.5 } },
    { device: 'Süd 2', measures: { occupied: false } },
  ])
  for (const wrong of ['device', 'slot:Nr', 'device:', 'device:A,,'])
    assert.equal((await post(table, latin, `/ingest/v1?map=${encodeURIComponent(wrong)}`)).status, 400, wrong)
  await post('A;B;C\n1;2;3\n', csv, '/ingest/v1?map=device:Nr')
  assert.match(decodedFault(context) ?? '', /no column "nr"/)
})

test('any body of any text type is refused, or kept with at least one frame', async (t) => {
  const { post, context } = await openHttp(t)
  const types = fc.constantFrom('text/csv', 'text/csv; header=present', 'application/json', 'application/x-ndjson')
  const alphabet = Buffer.from('device,;"[]\r\n \t\0\uFEFF1')
  const bodies = fc.array(fc.constantFrom(...alphabet), { maxLength: 40 }).map((bytes) => Uint8Array.from(bytes))
  await fc.assert(
    fc.asyncProperty(types, bodies, async (type, body) => {
      const before = context.durable.length
      const answer = await post(body, { 'content-type': type })
      const { accepted = 0 } = (await answer.json()) as { accepted?: number }
      assert.ok(answer.status === 202 ? accepted > 0 : answer.status === 400, `${answer.status}`)
      assert.equal(context.durable.length - before, answer.status === 202 ? 1 : 0)
    }),
    { numRuns: 150 },
  )
})

const head = (target: string, ...more: string[]) =>
  [
    `POST ${target} HTTP/1.1`,
    'host: a.example',
    'authorization: Bearer good',
    'content-type: application/json',
    'content-length: 3',
    'connection: close',
    ...more,
    '',
    '[1]',
  ].join('\r\n')

test('two Host headers are refused, in any case and order', async (t) => {
  const { raw, context } = await openHttp(t)
  for (const more of ['Host: b.example', 'HOST: a.example']) {
    const answer = await raw(head('/ingest/v1', more))
    assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/)
    assert.match(answer, /application\/problem\+json[\s\S]*more than one Host header/)
  }
  assert.equal(context.delivers, 0)
})

test('a target in absolute form is taken, and another path under it is not found', async (t) => {
  const { raw, context } = await openHttp(t)
  assert.match(await raw(head('http://a.example:8081/ingest/v1')), /^HTTP\/1\.1 202 /)
  assert.match(await raw(head('HTTP://a.example/ingest/lorawan?event=up')), /^HTTP\/1\.1 202 /)
  assert.deepEqual(context.durable[1]?.meta?.['query'], 'event=up')
  for (const target of [
    'http://a.example',
    'http://a.example/ingest',
    'ftp://a.example/ingest/v1',
    '/x/http://a/ingest/v1',
  ])
    assert.match(await raw(head(target)), /^HTTP\/1\.1 40[04] /, target)
})

test('what is no request at all gets a problem document too', async (t) => {
  const { raw } = await openHttp(t)
  assert.match(await raw('GARBAGE\r\n\r\n'), /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"status":400/)
  const large = `POST /ingest/v1 HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`
  assert.match(await raw(large), /^HTTP\/1\.1 431 [\s\S]*"status":431/)
})

/** The frames of the body that came last, as the processor reads them. */
function resultsOfLast(context: FakeContext) {
  const { framing, bytes, meta = {} } = context.durable.at(-1) as Delivery
  const spans = frameSpans(framing, bytes)
  const columns = hasHeader(framing) ? { columns: headerRow(bytes, framing) } : {}
  return Array.from({ length: spans.length / 2 }, (_, i) =>
    genericCodec.decode(bytes.subarray(spans[2 * i], spans[2 * i + 1]), {
      arrivedAt: instant(0),
      meta: { ...meta, ...columns },
    }),
  )
}
const decodedAll = (context: FakeContext) => resultsOfLast(context).flatMap((result) => (result.ok ? result.value : []))
const decodedLast = decodedAll
const decodedFault = (context: FakeContext) => {
  const [first] = resultsOfLast(context)
  return first && !first.ok ? first.error.detail : undefined
}
