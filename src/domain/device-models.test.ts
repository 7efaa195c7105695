/** The documentation of layouts has what the program knows. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { layoutFindings } from '@baykeeper/contract/vocabulary.ts'
import { deviceModels } from './device-models.ts'

const text = readFileSync(path.join(import.meta.dirname, '../../docs/layouts.md'), 'utf8')
const section = (title: string) => text.split(/^## /m).find((each) => each.startsWith(`${title}\n`)) ?? ''

test('every model and its heartbeat is in the documentation of layouts, and no other', () => {
  const rows = Array.from(
    section('Models of sensors').matchAll(/^\| `([^`]+)` \| ([^|]+) \| (\d+ h|-) \|$/gm),
    ([, ...cells]) => cells,
  )
  assert.deepEqual(
    rows.toSorted(),
    [...deviceModels.values()]
      .map(({ model, name, heartbeatS }) => [model, name, heartbeatS === undefined ? '-' : `${heartbeatS / 3_600} h`])
      .toSorted(),
  )
})

test('every finding is in the documentation of layouts, as what it is', () => {
  const [faults = '', warnings = ''] = section('What is checked').split('Warnings:')
  const named = (part: string) => Array.from(part.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g), ([, code]) => code)
  const known = (severity: string) =>
    Object.entries(layoutFindings).flatMap(([code, finding]) => (finding.severity === severity ? [code] : []))
  assert.deepEqual(named(faults).toSorted(), known('fault').toSorted())
  assert.deepEqual(named(warnings).toSorted(), known('warning').toSorted())
})
