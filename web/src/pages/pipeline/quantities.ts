/** Quantities of the pipeline as text: short where they are large, and a dash where they are not known. Pure. */
import type { PipelineWords } from './pipeline-words.ts'

export const unknownMark = '–'

export const numberWord = (words: PipelineWords, n: number | undefined, digits = 0): string =>
  n === undefined ? unknownMark : words.number(n, digits)

export const rateWord = (words: PipelineWords, n: number | undefined): string =>
  n === undefined ? unknownMark : words.number(n, n > 0 && n < 9.95 ? 1 : 0)

export function msWord(words: PipelineWords, ms: number | undefined): string {
  if (ms === undefined) return unknownMark
  return ms >= 10_000 ? words.span(ms) : `${words.number(ms, ms > 0 && ms < 9.95 ? 1 : 0)} ms`
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function bytesWord(words: PipelineWords, bytes: number | undefined): string {
  if (bytes === undefined) return unknownMark
  const power = Math.min(byteUnits.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const n = bytes / 1_000 ** power
  const style = {
    style: 'unit',
    unit: byteUnits[power],
    unitDisplay: 'short',
    maximumFractionDigits: n < 10 && power > 0 ? 1 : 0,
  } as const
  return new Intl.NumberFormat(words.locale, style).format(n)
}
