/**
 * Plots as plain SVG: readable on light and dark ground (the colours follow the reader's scheme, and work on both where a viewer ignores
 * it), no scripts, text as text.
 */

export interface Series {
  readonly name: string
  /** In order of x. */
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Drawn last and thicker: what the plot is about. */
  readonly strong?: boolean
}

export interface LinePlot {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly xLog?: boolean
  readonly yLog?: boolean
  /** Top of the y axis; else above the largest value. */
  readonly yMax?: number
  readonly series: readonly Series[]
}

export interface BarPlot {
  readonly title: string
  readonly xTitle: string
  readonly bars: readonly { readonly name: string; readonly value: number; readonly strong?: boolean }[]
  readonly format?: (value: number) => string
}

const width = 760
const margin = { left: 76, right: 24, top: 44, bottom: 64 }
const plotHeight = 300
const legendRowHeight = 20
const legendColumns = 3
const barHeight = 26
/** Distinguishable with colour vision deficiency, each also by its own mark; mid tones with contrast on white and on black. */
const colours = ['#1f83d6', '#d9722a', '#2f9e64', '#b455b9', '#a68a00', '#d14a5b', '#5b7f95']
const style = `<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 15px }
.faint { fill: #57606a }
.grid { stroke: #8c959f; stroke-opacity: .35; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .faint { fill: #9da7b1 } }
</style>`

export function linePlot(plot: LinePlot): string {
  const { title, xTitle, yTitle, xLog = false, yLog = false, series } = plot
  const points = series.flatMap((one) => one.points.filter(([x, y]) => usable(x, xLog) && usable(y, yLog)))
  const xs = points.map(([x]) => x)
  const ys = points.map(([, y]) => y)
  const xTicks = xLog ? decades(Math.min(...xs), Math.max(...xs)) : steps(0, Math.max(...xs))
  const yTicks = yLog ? decades(Math.min(...ys), Math.max(...ys)) : steps(0, plot.yMax ?? Math.max(...ys))
  const x = scale(xTicks, xLog, margin.left, width - margin.right)
  const y = scale(yTicks, yLog, margin.top + plotHeight, margin.top)
  const legendTop = margin.top + plotHeight + margin.bottom
  const rows = Math.ceil(series.length / legendColumns)
  const height = legendTop + rows * legendRowHeight + 8
  // What the plot is about lies on top.
  const drawn = series
    .map((one, i) => ({ one, i }))
    .sort((a, b) => Number(a.one.strong ?? 0) - Number(b.one.strong ?? 0))
  const parts = [
    `<text class="title" x="${margin.left}" y="24">${escaped(title)}</text>`,
    ...yTicks.flatMap((tick) => [
      `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at(y(tick))}" y2="${at(y(tick))}"/>`,
      `<text class="faint" text-anchor="end" x="${margin.left - 8}" y="${at(y(tick) + 4)}">${short(tick)}</text>`,
    ]),
    ...xTicks.flatMap((tick) => [
      `<line class="grid" y1="${margin.top}" y2="${margin.top + plotHeight}" x1="${at(x(tick))}" x2="${at(x(tick))}"/>`,
      `<text class="faint" text-anchor="middle" x="${at(x(tick))}" y="${margin.top + plotHeight + 18}">${short(tick)}</text>`,
    ]),
    `<text class="faint" text-anchor="middle" x="${(margin.left + width - margin.right) / 2}" y="${margin.top + plotHeight + 40}">${escaped(xTitle)}</text>`,
    `<text class="faint" text-anchor="middle" transform="translate(18 ${margin.top + plotHeight / 2}) rotate(-90)">${escaped(yTitle)}</text>`,
    ...drawn.flatMap(({ one, i }) =>
      seriesParts(
        one,
        i,
        ([px, py]) => [x(px), y(py)],
        ([px, py]) => usable(px, xLog) && usable(py, yLog),
      ),
    ),
    ...series.map((one, i) => {
      const left = margin.left + (i % legendColumns) * ((width - margin.left) / legendColumns)
      const top = legendTop + Math.floor(i / legendColumns) * legendRowHeight
      return `${mark(i, left + 6, top)}<text x="${at(left + 18)}" y="${top + 5}"${one.strong ? ' font-weight="600"' : ''}>${escaped(one.name)}</text>`
    }),
  ]
  return svg(height, title, parts)
}

export function barPlot({ title, xTitle, bars, format = short }: BarPlot): string {
  const nameWidth = 190
  const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const left = margin.left + nameWidth - 60
  const room = width - left - 90
  const parts = [
    `<text class="title" x="16" y="24">${escaped(title)}</text>`,
    ...bars.flatMap(({ name, value, strong }, i) => {
      const top = margin.top + i * barHeight
      const length = (value / most) * room
      return [
        `<text text-anchor="end" x="${left - 8}" y="${top + 16}"${strong ? ' font-weight="600"' : ''}>${escaped(name)}</text>`,
        `<rect x="${left}" y="${top + 3}" width="${at(Math.max(1, length))}" height="${barHeight - 8}" rx="2" fill="${strong ? colours[0] : colours[6]}"/>`,
        `<text x="${at(left + length + 8)}" y="${top + 16}">${escaped(format(value))}</text>`,
      ]
    }),
    `<text class="faint" x="${left}" y="${margin.top + bars.length * barHeight + 18}">${escaped(xTitle)}</text>`,
  ]
  return svg(margin.top + bars.length * barHeight + 30, title, parts)
}

type Place = (point: readonly [number, number]) => readonly [number, number]

function seriesParts(
  { points, strong }: Series,
  i: number,
  place: Place,
  isUsable: (point: readonly [number, number]) => boolean,
): string[] {
  const places = points.filter(isUsable).map(place)
  const line = places.map(([x, y]) => `${at(x)},${at(y)}`).join(' ')
  return [
    `<polyline fill="none" stroke="${colourOf(i)}" stroke-width="${strong ? 3 : 1.75}" stroke-linejoin="round" points="${line}"/>`,
    ...places.map(([x, y]) => mark(i, x, y)),
  ]
}

const colourOf = (i: number) => colours[i % colours.length] as string

/** Circle, square, triangle, diamond: in turn. */
function mark(i: number, x: number, y: number): string {
  const shapes = ['M-4,0a4,4 0 1,0 8,0a4,4 0 1,0 -8,0', 'M-4,-4h8v8h-8z', 'M0,-5L5,4H-5z', 'M0,-5L5,0L0,5L-5,0z']
  return `<path transform="translate(${at(x)} ${at(y)})" d="${shapes[i % shapes.length]}" fill="${colourOf(i)}"/>`
}

/** No measurement lies outside; what a logarithm cannot show is left out too. */
const sizeMax = 1e15
const sizeMin = 1e-9
const usable = (value: number, log: boolean) => Math.abs(value) <= sizeMax && (!log || value >= sizeMin)

function scale(ticks: readonly number[], log: boolean, from: number, to: number): (value: number) => number {
  const f = log ? Math.log10 : (value: number) => value
  const low = f(ticks[0] ?? 0)
  const high = f(ticks.at(-1) ?? 1)
  return (value) => from + ((Math.min(high, Math.max(low, f(value))) - low) / (high - low || 1)) * (to - from)
}

/** Powers of ten around the values. */
export function decades(min: number, max: number): number[] {
  if (!(min > 0) || !Number.isFinite(max)) return [1, 10]
  const first = Math.floor(Math.log10(min))
  const last = Math.max(first + 1, Math.ceil(Math.log10(max)))
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
}

/** Four to eight round steps from `min` to above `max`. */
export function steps(min: number, max: number): number[] {
  if (!(max - min > sizeMin) || !Number.isFinite(max)) return [min, min + 1]
  const rough = (max - min) / 5
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? power * 10
  const count = Math.ceil((max - min) / step - 1e-9)
  return Array.from({ length: count + 1 }, (_, i) => Number((min + i * step).toPrecision(12)))
}

/** 1500 -> 1.5k */
export function short(value: number): string {
  const size = Math.abs(value)
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`
  if (size >= 1e3) return `${Number((value / 1e3).toPrecision(3))}k`
  return String(Number(value.toPrecision(3)))
}

const at = (value: number) => Number(value.toFixed(1))
const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

const svg = (height: number, title: string, parts: readonly string[]) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">\n${style}\n${parts.join('\n')}\n</svg>\n`
