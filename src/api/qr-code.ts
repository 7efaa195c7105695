/** A QR code as one path of SVG, a unit for each module: drawn by pages without any script, picture or foreign address. */
import { encode } from 'uqr'

/** Light modules around it, which readers need. */
const border = 4

export interface QrCode {
  /** Width and height, in modules. */
  readonly size: number
  /** For `<path d>`, on a white ground. */
  readonly path: string
}

export function qrCode(text: string): QrCode {
  const { data, size } = encode(text, { ecc: 'M', border })
  const runs = data.flatMap((row, y) => runsOf(row).map(({ x, width }) => `M${x} ${y}h${width}v1h-${width}z`))
  return { size, path: runs.join('') }
}

function runsOf(row: readonly boolean[]) {
  const runs: { x: number; width: number }[] = []
  for (const [x, isDark] of row.entries()) {
    const last = runs.at(-1)
    if (isDark && last && last.x + last.width === x) last.width++
    else if (isDark) runs.push({ x, width: 1 })
  }
  return runs
}
