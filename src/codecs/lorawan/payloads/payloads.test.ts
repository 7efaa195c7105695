/** The cases of every payload decoder, `cases/*.json` in its folder: `{ about, hex, fPort?, reading }`, the reading null where the bytes are refused. */
import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { deviceModels } from '../../../domain/device-models.ts'
import type { PayloadReading } from './payload.ts'
import { payloadDecoders } from './registry.ts'

interface Case {
  readonly about: string
  readonly hex: string
  readonly fPort?: number
  readonly reading: PayloadReading | null
}

const casesOf = (name: string): Case[] =>
  globSync(`${name}/cases/*.json`, { cwd: import.meta.dirname })
    .sort()
    .flatMap((file) => JSON.parse(readFileSync(path.join(import.meta.dirname, file), 'utf8')) as Case[])

test('every folder is a decoder of that name in the registry', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  assert.deepEqual(folders.map(({ name }) => name).sort(), payloadDecoders.map(({ name }) => name).sort())
})

for (const { name, decode } of payloadDecoders) {
  test(`${name} has a readme, a case it reads and one it refuses`, () => {
    assert.ok(existsSync(path.join(import.meta.dirname, name, 'readme.md')))
    const read = casesOf(name).map(({ reading }) => reading !== null)
    assert.deepEqual([read.includes(true), read.includes(false)], [true, true])
  })
  for (const { about, hex, fPort, reading } of casesOf(name))
    test(`${name}: ${about}`, () => assert.deepEqual(decode(Uint8Array.fromHex(hex), fPort) ?? null, reading))
}

test('every model of the registry has a decoder, and every decoder a model', () => {
  const decoders = payloadDecoders.map(({ name }) => name).sort()
  assert.deepEqual([...deviceModels.values()].map(({ model, decoder = model }) => decoder).sort(), decoders)
})

test('every model whose decoder counts names the width of its counter', () => {
  const counts = (name: string) => casesOf(name).some(({ reading }) => reading?.measures.countIn !== undefined)
  const counting = payloadDecoders.map(({ name }) => name).filter(counts)
  assert.deepEqual(
    counting.filter((name) => deviceModels.get(name)?.counterBits === undefined),
    [],
  )
})
