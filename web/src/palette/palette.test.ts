import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { ciede2000, contrast, seenDifference, visions } from './colour-science.ts'

const sheet = readFileSync(path.join(import.meta.dirname, '../tokens.css'), 'utf8')
const themes = ['light', 'dark'] as const
type Theme = (typeof themes)[number]

function token(name: string, theme: Theme): string {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(sheet)
  assert.ok(found, `token ${name} is missing`)
  return found[theme === 'light' ? 1 : 2] as string
}

test('CIEDE2000 gives the published values of Sharma, Wu and Dalal', () => {
  // Pairs 1, 7, 17 and 25 of their supplementary test data.
  const cases = [
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
  ] as const
  for (const [a, b, expected] of cases) assert.ok(Math.abs(ciede2000(a, b) - expected) < 1e-4, `${a} ${b}`)
})

for (const theme of themes) {
  const surface = token('surface', theme)

  test(`marks and rings stand out from the surface by 3.0 (${theme})`, () => {
    for (const name of ['free', 'occupied', 'occupied-far', 'reserved', 'unknown', 'closed', 'ring', 'accent'])
      assert.ok(contrast(token(name, theme), surface) >= 3, `${name} ${contrast(token(name, theme), surface)}`)
  })

  test(`text can be read: 4.5 on what it stands on (${theme})`, () => {
    const pairs = [
      ...['text', 'muted', 'free-text', 'accent', 'alert', 'warn', 'ok'].flatMap((name) => [
        [name, 'surface'],
        [name, 'bg'],
      ]),
      ['on-accent', 'accent'],
      ['on-free', 'free'],
      ['text', 'occupied-pale'],
      ['text', 'reserved-pale'],
      ['alert', 'alert-bg'],
      ['warn', 'warn-bg'],
      ['ok', 'ok-bg'],
    ] as const
    for (const [text, ground] of pairs as readonly (readonly [string, string])[]) {
      const reached = contrast(token(text, theme), token(ground, theme))
      assert.ok(reached >= 4.5, `${text} on ${ground}: ${reached.toFixed(2)}`)
    }
  })

  for (const occupied of ['occupied', 'occupied-far'])
    test(`the six bay colours differ by CIEDE2000 15 in every kind of colour vision (${theme}, ${occupied})`, () => {
      const names = ['free', occupied, 'reserved', 'unknown', 'closed', 'ring']
      for (const vision of Object.keys(visions))
        for (const [i, a] of names.entries())
          for (const b of names.slice(i + 1)) {
            const difference = seenDifference(token(a, theme), token(b, theme), vision)
            assert.ok(difference >= 15, `${a} and ${b}, ${vision}: ${difference.toFixed(1)}`)
          }
    })
}
