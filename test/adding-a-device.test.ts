/** docs/adding-a-device.md, followed: its model is taken, its cases are right, its places and fields exist. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { modelOf } from '../src/codecs/lorawan/models.ts'
import { payloadDecoders } from '../src/codecs/lorawan/payloads/registry.ts'
import { modelsOfFile } from '../src/domain/device-model.ts'
import { root } from '../tools/run-command.ts'

const text = readFileSync(path.join(root, 'docs/adding-a-device.md'), 'utf8')
const [model, cases] = Array.from(text.matchAll(/^```json\n([\s\S]*?)^```/gm), ([, block]) =>
  JSON.parse(block as string),
)

test('the model that the page shows is taken, with every field of its table and no other', () => {
  const [only] = modelsOfFile('acme.json', model)
  assert.ok(only)
  const named = Array.from(text.matchAll(/^\| `(\w+)` \| (?:needed)? *\|/gm), ([, name]) => name)
  assert.deepEqual(named, Object.keys(only))
  assert.ok(modelOf(only.decoder)?.decode, 'its decoder is one that exists')
})

test('the cases that the page shows are those of a decoder that exists', () => {
  const [read, refused] = cases as { hex: string; fPort: number; reading: unknown }[]
  assert.ok(read && refused)
  const readers = payloadDecoders.filter(({ decode }) => {
    const reading = decode(Uint8Array.fromHex(read.hex), read.fPort)
    return JSON.stringify(reading) === JSON.stringify(read.reading)
  })
  assert.deepEqual(
    readers.map(({ name }) => name),
    ['dragino-ldds75'],
  )
  assert.equal(readers[0]?.decode(Uint8Array.fromHex(refused.hex), refused.fPort) ?? null, refused.reading)
})

test('every folder that the page names exists', () => {
  for (const folder of ['src/domain/models', 'src/codecs/lorawan/payloads', 'src/codecs/lorawan/mapping/tables']) {
    assert.ok(text.includes(`${folder.replace('src/codecs/lorawan/mapping', 'mapping')}/`) || text.includes(folder))
    assert.ok(existsSync(path.join(root, folder)), folder)
  }
})
