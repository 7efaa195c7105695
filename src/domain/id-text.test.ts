import assert from 'node:assert/strict'
import { test } from 'node:test'
import { layoutSchema } from '@baykeeper/contract/layout.ts'
import fc from 'fast-check'
import { anyText } from '../../test/fixtures/any-text.ts'
import { effort } from '../../test/fixtures/effort.ts'
import { idFault } from './id-text.ts'
import { parseId } from './reading.ts'

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const refused = [
  ...[0x00ad, 0x034f, 0x061c, 0x115f, 0x180e, 0x3164, 0xfe0f, 0xfeff, 0xe0041],
  ...[...range(0x80, 0x9f), ...range(0x200b, 0x200f), ...range(0x2028, 0x202e), ...range(0x2060, 0x206f)],
]

test('bidirectional controls, zero-width and other invisible characters are refused wherever they stand, by name', () => {
  for (const code of refused) {
    const character = String.fromCodePoint(code)
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    for (const text of [`${character}A-1`, `A${character}-1`, `A-1${character}`]) {
      assert.equal(parseId(text), undefined, name)
      assert.ok(idFault(text)?.includes(name), name)
    }
  }
})

test('a byte order mark or a foreign blank at the ends is refused and not cut off into another id', () => {
  for (const text of ['\ufeffA', 'A\ufeff', '\u00a0A', 'A\u3000']) assert.equal(parseId(text), undefined)
  assert.equal(parseId(' A \r\n'), 'A')
})

test('letters of every script, marks and emoji without joiners are ids', () => {
  for (const text of ['Stellplatz 7', 'Größe-Ä', 'مرآب', 'חניה', '駐車場', 'é', '🅿', 'A/1:2#3']) {
    assert.equal(idFault(text), undefined)
    assert.equal(parseId(text), text)
  }
})

test('the schema of the layout takes the same ids', () => {
  const layoutOf = (id: string) => ({
    name: '',
    bay_w: 1,
    bay_h: 1,
    sites: [{ id, name: 'n', zone: 'UTC', levels: [] }],
  })
  const agrees = (text: string) => assert.equal(layoutSchema.safeParse(layoutOf(text)).success, !idFault(text), text)
  fc.assert(fc.property(anyText(140), agrees), { numRuns: effort(2_000) })
  for (const code of refused) agrees(`A${String.fromCodePoint(code)}`)
  for (const text of ['', ' A', 'A\u00a0', 'A', '\ud800']) agrees(text)
})
