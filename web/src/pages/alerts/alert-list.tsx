/** The list: a grid with one row for each alert, in parts by state, and above it what waits to be shown. */
/* biome-ignore-all lint/a11y/useSemanticElements: rows are laid out in two lines on a phone, by the grid pattern of WAI-ARIA */
/* biome-ignore-all lint/a11y/useFocusableInteractive: one row is in the tab order, and the keys move from it */
/* biome-ignore-all lint/a11y/useKeyWithClickEvents: alert-keys.ts has the keys of all rows */
import { useRef } from 'preact/hooks'
import { AlertRow } from './alert-row.tsx'
import type { Board } from './board.ts'
import { rowsMax } from './board.ts'
import type { Listed } from './listing.ts'

export function AlertList({ board }: { board: Board }) {
  const { words, listing, rows, selected, holding, stale, list, text } = board
  const grid = useRef<HTMLDivElement>(null)
  const shown = rows.value
  const { added, isBehind } = listing.value
  const next = list.value.value?.next ?? null
  const all = shown.length > 0 && shown.every(({ alert }) => selected.value.has(alert.id))
  return (
    <section class={`panel alert-list ${stale ? 'stale' : ''}`} aria-label={words.text('alerts')}>
      {isBehind && (
        <div class="waiting-place">
          <button type="button" class="waiting" onClick={() => board.applyNewest()}>
            {added > 0 ? words.count('arrived', added) : words.text('changedList')}
          </button>
        </div>
      )}
      <div
        ref={grid}
        role="grid"
        id="alert-grid"
        aria-label={words.text('alerts')}
        aria-rowcount={next === null ? shown.length + 1 : -1}
        aria-multiselectable="true"
        onPointerEnter={() => {
          holding.pointer = true
        }}
        onPointerLeave={() => {
          holding.pointer = false
          if (!holding.focus) board.applyNewest()
        }}
        onFocusIn={() => {
          holding.focus = true
        }}
        onFocusOut={({ relatedTarget }) => {
          holding.focus = relatedTarget instanceof Node && grid.current?.contains(relatedTarget) === true
        }}
      >
        <div role="row" class="alert-row alert-head" aria-rowindex={1}>
          <span role="columnheader">
            <input
              type="checkbox"
              aria-label={words.text('selectAll')}
              checked={all}
              disabled={!board.mayAct}
              onChange={() => {
                selected.value = all ? new Set() : new Set(shown.map(({ alert }) => alert.id))
              }}
            />
          </span>
          <span role="columnheader" class="unseen">
            {words.text('severityLabel')}
          </span>
          <span role="columnheader" class="what">
            {words.text('alertColumn')}
          </span>
          <span role="columnheader" class="figure value">
            {words.text('valueColumn')}
          </span>
          <span role="columnheader" class="figure">
            {words.text('openColumn')}
          </span>
          <span role="columnheader" class="unseen">
            {words.text('ownerLabel')}
          </span>
          <span role="columnheader" class="unseen">
            {words.text('actionColumn')}
          </span>
        </div>
        {partsOf(shown).map(([section, of], part) => (
          <Part
            key={section}
            board={board}
            section={section}
            rows={of}
            isFirst={part === 0}
            from={indexOf(shown, of)}
          />
        ))}
      </div>
      {next !== null && (
        <p class="more-rows">
          {board.isLocal && text.value.trim() !== ''
            ? words.count('searchedNote', listing.value.rows.length)
            : words.count('moreNote', shown.length)}
          <MoreRows board={board} />
        </p>
      )}
    </section>
  )
}

export const MoreRows = ({ board: { words, rowLimit } }: { board: Board }) =>
  rowLimit.value < rowsMax ? (
    <button
      type="button"
      onClick={() => {
        rowLimit.value = Math.min(rowsMax, rowLimit.value + 200)
      }}
    >
      {words.text('more')}
    </button>
  ) : null

const partsOf = (rows: readonly Listed[]) => [...Map.groupBy(rows, ({ section }) => section)]
const indexOf = (all: readonly Listed[], [first]: readonly Listed[]) => (first ? all.indexOf(first) : 0)

interface PartProps {
  readonly board: Board
  readonly section: Listed['section']
  readonly rows: readonly Listed[]
  readonly isFirst: boolean
  readonly from: number
}

function Part({ board, section, rows, isFirst, from }: PartProps) {
  const { words, place, mayAct, stale, busy, list } = board
  const needsAction = place.list === 'needs-action'
  const ids = rows.filter(({ gone }) => !gone).map(({ alert }) => alert.id)
  return (
    <>
      <div role="row" class="alert-part">
        <div role="gridcell" aria-colspan={7}>
          <b>{words.text(section)}</b>{' '}
          <span>
            {list.value.value?.next ? words.text('partLoaded', { n: rows.length }) : words.number(rows.length)}
          </span>
          {section === 'returned' && needsAction && mayAct && ids.length > 0 ? (
            <button
              type="button"
              class="link"
              disabled={stale || busy.value}
              onClick={() => void board.act({ action: 'acknowledge', alerts: ids })}
            >
              {words.count('ackAll', ids.length)}
            </button>
          ) : (
            isFirst && needsAction && <small>{words.text('sortNote')}</small>
          )}
        </div>
      </div>
      {rows.map((listed, i) => (
        <AlertRow key={listed.alert.id} board={board} listed={listed} index={from + i} />
      ))}
    </>
  )
}
