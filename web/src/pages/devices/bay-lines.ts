/** Lines of `bay,device` as people paste them from a spreadsheet. Pure. */

export interface BayLine {
  readonly bay: string
  readonly device: string
}

export type BayLines =
  | { readonly ok: true; readonly lines: readonly BayLine[] }
  | { readonly ok: false; readonly line: number }

const heading = /^(bay|stellplatz|id)\s*[,;\t]/i

/** The first line may be a heading; empty lines are left out. */
export function readBayLines(text: string): BayLines {
  const lines: BayLine[] = []
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || (i === 0 && heading.test(line))) continue
    const cells = line.split(/[,;\t]/).map((cell) => cell.trim().replaceAll(/^"|"$/g, ''))
    const [bay, device] = cells
    if (!bay || !device || cells.length > 2) return { ok: false, line: i + 1 }
    lines.push({ bay, device })
  }
  return { ok: true, lines }
}
