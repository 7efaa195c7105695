/** How the checks speak: one line for each thing done, with its seconds; details only for what failed. */
const secondsWidth = 7
const detailLinesMax = 300

export const line = ({ ok, seconds, text }: { ok: boolean; seconds: number; text: string }) =>
  `${ok ? '  ok' : 'FAIL'} ${seconds.toFixed(1).padStart(secondsWidth)} s  ${text}`

/** The end of a long output: that is where tools put what is wrong. */
export function indented(text: string): string {
  const lines = text.trimEnd().split('\n')
  const cut = lines.length - detailLinesMax
  const shown = cut > 0 ? [`... ${cut} lines before`, ...lines.slice(cut)] : lines
  return shown.map((each) => `       ${each}`).join('\n')
}
