import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { barPlot, decades, linePlot, short, steps } from './svg-plot.ts'

const plot = { title: 'A < B & "C"', xTitle: 'Hz', yTitle: '% lost' }
const numbersIn = (svg: string) => [...svg.matchAll(/ (?:x|y|x1|y1|x2|y2)="([^"]+)"/g)].map(([, text]) => Number(text))

test('ticks are round, in order, and the values lie between the first and the last', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      fc.double({ min: 1, max: 1e3, noNaN: true }),
      (min, factor) => {
        for (const ticks of [decades(min, min * factor), steps(0, min)]) {
          assert.ok(ticks.length >= 2 && ticks.length <= 12, `${ticks}`)
          assert.ok(ticks.every((tick, i) => i === 0 || tick > (ticks[i - 1] as number)))
        }
        const around = decades(min, min * factor)
        assert.ok((around[0] as number) <= min * (1 + 1e-9) && (around.at(-1) as number) >= min * factor * (1 - 1e-9))
        assert.ok((steps(0, min).at(-1) as number) >= min * (1 - 1e-9))
      },
    ),
  )
})

test('a plot of anything is a whole SVG without a NaN, its text escaped', () => {
  const value = fc.oneof(fc.double({ noNaN: false }), fc.constantFrom(0, -1, 1e9))
  // A name may say so itself.
  const name = fc.string().filter((text) => !/NaN|Infinity/.test(text))
  const series = fc.record({ name, points: fc.array(fc.tuple(value, value), { maxLength: 5 }) })
  fc.assert(
    fc.property(fc.array(series, { maxLength: 9 }), fc.boolean(), fc.boolean(), (many, xLog, yLog) => {
      const svg = linePlot({ ...plot, xLog, yLog, series: many })
      assert.match(svg, /^<svg [^>]*>[\s\S]*<\/svg>\n$/)
      assert.doesNotMatch(svg, /NaN|Infinity/)
      assert.match(svg, /A &lt; B &amp; /)
    }),
    { numRuns: 200 },
  )
})

test('values too small to be seen make an axis too', () => {
  for (const value of [0, 5e-324, 1e-12]) assert.deepEqual(steps(0, value), [0, 1])
})

test('larger values stand higher and further right, on a logarithmic axis too', () => {
  const points = [
    [100, 1],
    [1_000, 10],
    [10_000, 100],
  ] as const
  for (const log of [true, false]) {
    const svg = linePlot({ ...plot, xLog: log, yLog: log, series: [{ name: 'a', points }] })
    const drawn = (/points="([^"]+)"/.exec(svg)?.[1] ?? '').split(' ').map((pair) => pair.split(',').map(Number))
    assert.equal(drawn.length, 3)
    for (let i = 1; i < 3; i++) {
      assert.ok((drawn[i]?.[0] as number) > (drawn[i - 1]?.[0] as number))
      assert.ok((drawn[i]?.[1] as number) < (drawn[i - 1]?.[1] as number))
    }
    if (log) assert.equal((drawn[1]?.[0] as number) * 2, (drawn[0]?.[0] as number) + (drawn[2]?.[0] as number))
  }
})

test('everything lies within the picture', () => {
  const svg = linePlot({
    ...plot,
    yMax: 100,
    series: [
      { name: 'a', points: [[1, 250]] },
      { name: 'b', points: [] },
    ],
  })
  assert.ok(numbersIn(svg).every((number) => number >= 0 && number <= 760))
})

test('bars are as long as their values', () => {
  const svg = barPlot({
    title: 't',
    xTitle: 'x',
    bars: [
      { name: 'a', value: 50 },
      { name: 'b', value: 100 },
      { name: 'c', value: 0 },
    ],
  })
  const widths = [...svg.matchAll(/<rect [^>]*width="([^"]+)"/g)].map(([, text]) => Number(text))
  assert.ok(Math.abs((widths[0] as number) * 2 - (widths[1] as number)) < 0.2)
  assert.equal(widths[2], 1)
})

test('numbers are short for people', () => {
  assert.deepEqual([0, 0.5, 999, 1_500, 20_000, 2_500_000].map(short), ['0', '0.5', '999', '1.5k', '20k', '2.5M'])
})
