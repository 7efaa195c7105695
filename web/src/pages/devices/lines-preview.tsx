/** What the lines would do before anything is done: each with its result, or with what is wrong. */
import { Table } from '../../kit/table.tsx'
import { useDevicesWords } from './devices-words.ts'
import type { PreviewLine } from './preview-lines.ts'

const shownMax = 200
const fileBytesMax = 1_048_576

interface LinesPreviewProps {
  readonly lines: readonly PreviewLine[]
  /** False: what the bays have now has not come yet. */
  readonly isKnown: boolean
}

export function LinesPreview({ lines, isKnown }: LinesPreviewProps) {
  const { words } = useDevicesWords()
  const faults = lines.filter(({ fault }) => fault !== undefined)
  if (lines.length === 0) return null
  // Faults first where not all fit.
  const shown = lines.length <= shownMax ? lines : [...faults, ...lines].slice(0, shownMax)
  return (
    <>
      <p class="quiet" role="status">
        {words.count('linesRead', lines.length)} {faults.length > 0 && words.count('linesWrong', faults.length)}
      </p>
      <Table
        label={words.text('linesPreview')}
        rows={shown}
        keyOf={({ line }) => String(line)}
        columns={[
          { name: words.text('line'), cell: ({ line }) => words.number(line) },
          { name: words.text('bay'), cell: ({ bay }) => bay ?? '' },
          {
            name: words.text('device'),
            cell: ({ device }) => (
              <code>
                <bdi>{device ?? ''}</bdi>
              </code>
            ),
          },
          {
            name: words.text('lineResult'),
            cell: ({ fault, replaces }) => {
              if (fault !== undefined) return <b class="line-fault">{words.text(fault)}</b>
              if (!isKnown) return words.text('loading')
              return replaces === undefined ? words.text('assign') : words.text('lineReplaces', { id: replaces })
            },
          },
        ]}
      />
    </>
  )
}

/** A CSV file in UTF-8 or, with its mark, UTF-16. */
export function LinesFile({ loaded }: { loaded(text: string): void }) {
  const { words } = useDevicesWords()
  const read = async (file: File | undefined) => {
    if (!file || file.size > fileBytesMax) return
    const bytes = new Uint8Array(await file.arrayBuffer())
    const mark = `${bytes[0]} ${bytes[1]}`
    const encoding = mark === '255 254' ? 'utf-16le' : mark === '254 255' ? 'utf-16be' : 'utf-8'
    loaded(new TextDecoder(encoding).decode(bytes))
  }
  return (
    <label class="file-choice">
      <span>{words.text('linesFile')}</span>
      <input
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        onChange={(event) => void read(event.currentTarget.files?.[0])}
      />
    </label>
  )
}
