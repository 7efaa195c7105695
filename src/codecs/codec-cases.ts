/**
 * Cases as data: `cases/*.json` beside a codec, each `{ about, frame | hex, meta?, readings | rejection }`. One loop runs them all;
 * a regression is a new file.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { instant } from '../lib/brand.ts'
import type { Codec } from './codec.ts'

interface Case {
  readonly about: string
  /** The frame as text, as a JSON value, or in hex. */
  readonly frame?: unknown
  readonly hex?: string
  readonly meta?: Record<string, string>
  /** Decoder set for the whole source. */
  readonly decoder?: string
  /** Readings with `time` as ISO text in UTC. */
  readonly readings?: readonly Record<string, unknown>[]
  /** Code of the rejection, and words its detail holds. */
  readonly rejection?: { readonly code: string; readonly detail?: string }
}

export const arrivedAt = instant(Date.parse('2026-11-23T08:00:00Z'))

/** `codecOf` makes the codec of a source with that decoder set. */
export function runCases(codecOf: (decoder?: string) => Codec, dir: string) {
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json')))
    for (const each of JSON.parse(readFileSync(path.join(dir, file), 'utf8')) as Case[])
      test(`${codecOf().name} ${path.basename(file, '.json')}: ${each.about}`, () => check(codecOf(each.decoder), each))
}

function check(codec: Codec, { frame, hex, meta = {}, readings, rejection }: Case) {
  const bytes =
    hex === undefined ? Buffer.from(typeof frame === 'string' ? frame : JSON.stringify(frame)) : Buffer.from(hex, 'hex')
  const result = codec.decode(bytes, { arrivedAt, meta })
  if (rejection) {
    assert.ok(!result.ok, `expected ${rejection.code}, got ${JSON.stringify(result)}`)
    assert.equal(result.error.code, rejection.code, result.error.detail)
    assert.ok(result.error.detail.includes(rejection.detail ?? ''), result.error.detail)
  } else {
    assert.ok(result.ok, JSON.stringify(result))
    const shown = result.value.map((reading) => ({
      ...reading,
      ...(reading.time === undefined ? {} : { time: new Date(reading.time).toISOString() }),
    }))
    assert.deepEqual(shown, readings)
  }
}
