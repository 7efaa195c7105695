import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '../../lib/brand.ts'
import { genericCodec } from './decode.ts'

const decode = (text: string, meta: Record<string, string> = {}) =>
  genericCodec.decode(Buffer.from(text), { arrivedAt: instant(0), meta })
const json = (device: string) => decode(JSON.stringify({ device, occupied: true }))

test('an id with an invisible character is a dead letter that names it, in every spelling', () => {
  for (const [id, name] of [
    ['\ufeffA-1', 'U+FEFF'],
    ['A-1\ufeff', 'U+FEFF'],
    ['A\u200b-1', 'U+200B'],
    ['A\u202e-1', 'U+202E'],
  ] as const)
    for (const result of [
      json(id),
      // What begins a line is a mark of the file and no part of the id.
      decode(`1,${id},true`, { columns: 'seq,device,occupied' }),
      decode('{"occupied":true}', { topic: `baykeeper/${id}/reading` }),
    ]) {
      assert.ok(!result.ok, `${name}: ${JSON.stringify(result)}`)
      assert.equal(result.error.code, 'bad-field')
      assert.ok(result.error.detail.includes(name), result.error.detail)
    }
  assert.equal(decode('occupied=true device=A-1\u200b').ok, false)
})

test('blanks around an id are cut off', () => {
  const result = decode(' A-1 , 1, , true')
  assert.ok(result.ok, JSON.stringify(result))
  assert.equal(result.value[0]?.device, 'A-1')
})
