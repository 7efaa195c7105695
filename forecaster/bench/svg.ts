/** Line charts as SVG text: axes, lines, bands, a legend. Readable on light and on dark pages. */
export interface Line {
  readonly name: string
  readonly colour: string
  readonly points: readonly (readonly [number, number])[]
  readonly dashed?: boolean
}

export interface Band {
  readonly colour: string
  /** x, low, high */
  readonly points: readonly (readonly [number, number, number])[]
}

export interface Chart {
  readonly title: string
  readonly xTitle: string
  readonly yTitle: string
  readonly xTicks: readonly (readonly [number, string])[]
  readonly yMax: number
  readonly lines: readonly Line[]
  readonly bands?: readonly Band[]
}

const width = 720
const height = 400
const left = 56
const right = 190
const top = 34
const bottom = 46
const yTicks = 5

export const colours = ['#2f6fdf', '#d1495b', '#2a9d6f', '#8a5cd1', '#c98a00', '#6b7280', '#0f9aa8', '#b0457b'] as const

export function chartSvg({ title, xTitle, yTitle, xTicks, yMax, lines, bands = [] }: Chart): string {
  const xs = xTicks.map(([x]) => x)
  const [first, last] = [Math.min(...xs), Math.max(...xs)]
  const px = (x: number) => (left + ((width - left - right) * (x - first)) / (last - first || 1)).toFixed(1)
  const py = (y: number) => (height - bottom - ((height - top - bottom) * Math.min(y, yMax)) / yMax).toFixed(1)
  const text = (x: number | string, y: number | string, words: string, more = '') =>
    `<text x="${x}" y="${y}" ${more}>${words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</text>`
  const grid = Array.from({ length: yTicks + 1 }, (_, i) => (yMax * i) / yTicks).map(
    (y) =>
      `<line x1="${left}" x2="${width - right}" y1="${py(y)}" y2="${py(y)}" stroke="#8886" stroke-width="0.5"/>` +
      text(left - 6, Number(py(y)) + 4, Number(y.toPrecision(3)).toString(), 'text-anchor="end"'),
  )
  const ticks = xTicks.map(([x, words]) => text(px(x), height - bottom + 18, words, 'text-anchor="middle"'))
  const areas = bands.map(({ colour, points }) => {
    const up = points.map(([x, , high]) => `${px(x)},${py(high)}`)
    const down = points.toReversed().map(([x, low]) => `${px(x)},${py(low)}`)
    return `<polygon points="${[...up, ...down].join(' ')}" fill="${colour}" fill-opacity="0.22"/>`
  })
  const drawn = lines.map(
    ({ colour, points, dashed }) =>
      `<polyline points="${points.map(([x, y]) => `${px(x)},${py(y)}`).join(' ')}" fill="none" stroke="${colour}" ` +
      `stroke-width="1.8"${dashed ? ' stroke-dasharray="5 4"' : ''}/>`,
  )
  const legend = lines.map(({ name, colour }, i) => {
    const y = top + 10 + 18 * i
    const x = width - right + 14
    return `<rect x="${x}" y="${y - 8}" width="12" height="4" fill="${colour}"/>${text(x + 18, y, name)}`
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="12" fill="#777">`,
    text(14, 18, `${title} (${yTitle})`, 'font-size="14" font-weight="600"'),
    ...grid,
    ...ticks,
    text((left + width - right) / 2, height - 8, xTitle, 'text-anchor="middle"'),
    ...areas,
    ...drawn,
    ...legend,
    '</svg>\n',
  ].join('\n')
}
