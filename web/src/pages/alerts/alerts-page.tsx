/** The Alerts page: what needs a person, what it is, and what to do next. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useEffect } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { type Desk, needingAction, useDesk } from '../../shell/desk.ts'
import { routes } from '../../shell/route.ts'
import { isFiltered } from './address.ts'
import { AlertDetail } from './alert-detail.tsx'
import { AlertFilters } from './alert-filters.tsx'
import { useAlertKeys } from './alert-keys.ts'
import { AlertList, MoreRows } from './alert-list.tsx'
import './alerts.css'
import { AlertsThen } from './alerts-then.tsx'
import { useAlertsWords, withAlertsWords } from './alerts-words.ts'
import { AllClear } from './all-clear.tsx'
import { Announcer } from './announcer.tsx'
import { type Board, useBoard } from './board.ts'
import { BulkBar, NoticeBar } from './bulk-bar.tsx'
import { LoadStrip } from './load-strip.tsx'

const loadMs = 10_000
const rulesMs = 5 * 60_000

export const load = (desk: Desk) => withAlertsWords(desk, AlertsPage)

function AlertsPage() {
  const { moment } = useDesk()
  const words = useAlertsWords()
  if (moment.value === undefined) return <AlertsNow />
  return (
    <>
      <h1>{words.text('alerts')}</h1>
      <AlertsThen at={moment.value} />
    </>
  )
}

function AlertsNow() {
  const board = useBoard()
  const { words, desk, mayAct } = board
  useAlertKeys(board)
  useCurrent(board)
  const load = useFetched(requestOf('GET /api/v1/alerts/load', {}), loadMs, board.again.value).value
  const rules = useFetched(requestOf('GET /api/v1/rules', {}), rulesMs).value.value?.items ?? []
  const checked = load.value
  return (
    <>
      <header class="page-head alerts-head">
        <div>
          <h1>{words.text('alerts')}</h1>
          {checked && (
            <p class="quiet">
              {words.text('alertsLead', {
                n: checked.rules.enabled,
                // Without a connection the age is not known to grow: the time stays true.
                age:
                  desk.staleSince.value === undefined
                    ? words.ago(desk.now.value - Date.parse(checked.at))
                    : words.clock(Date.parse(checked.at), desk.zone.value),
              })}
              {!mayAct && ` · ${words.text('readOnly')}`}
            </p>
          )}
        </div>
        <a class="button" href={routes.rules}>
          {words.text('rulesLink')}
        </a>
      </header>
      {!isClear(board) && <LoadStrip board={board} load={load} />}
      <AlertFilters board={board} rules={rules} />
      <Body board={board} load={checked} />
      <NoticeBar board={board} />
      <details class="quiet alert-keys">
        <summary>{words.text('keysLabel')}</summary>
        <p>{words.text('keyNext')}</p>
      </details>
      <Announcer />
    </>
  )
}

/** Nothing is wrong, and that is certain: the list came, it is current, and no filter hides anything. */
const isClear = ({ place, list, listing, desk }: Board) =>
  place.list === 'needs-action' &&
  !isFiltered(place) &&
  list.value.value !== undefined &&
  !list.value.failed &&
  listing.value.rows.length === 0 &&
  list.value.value.items.length === 0 &&
  needingAction(desk.alertCounts.value) === 0

function Body({ board, load }: { board: Board; load: Parameters<typeof AllClear>[0]['load'] }) {
  const { words, list, rows, place, text, current, desk } = board
  const { value, failed, at } = list.value
  const isCut = board.isLocal && text.value !== '' && value !== undefined && value.next !== null
  if (isClear(board) && place.alert === undefined) return <AllClear board={board} load={load} />
  return (
    <>
      {failed && (
        <p class="banner bad" role="alert">
          {value && at !== undefined
            ? words.text('listOld', { time: words.clock(at, desk.zone.value) })
            : words.text('listFailed')}
        </p>
      )}
      <div class="alert-area">
        <div class={`alert-board ${place.alert === undefined ? '' : 'opened'}`}>
          <div class="alert-side">
            <BulkBar board={board} />
            {value === undefined && !failed && <Placeholder label={`${words.text('loading')} …`} />}
            {value && rows.value.length > 0 && <AlertList board={board} />}
            {value && rows.value.length === 0 && (
              <p class="panel part quiet">
                {isCut
                  ? words.count('searchedNote', value.items.length)
                  : isFiltered(place) || text.value !== ''
                    ? words.text('noneFiltered')
                    : words.text('noneHere')}{' '}
                {isCut && <MoreRows board={board} />}
                {(isFiltered(place) || text.value !== '') && (
                  <button
                    type="button"
                    onClick={() => {
                      text.value = ''
                      board.go({ site: undefined, rule: undefined, owner: undefined, severity: undefined })
                    }}
                  >
                    {words.text('clearFilters')}
                  </button>
                )}
              </p>
            )}
          </div>
          <section class="panel alert-detail" aria-label={words.text('detail')}>
            {current.value === undefined ? (
              <p class="quiet">{words.text('pickOne')}</p>
            ) : (
              <AlertDetail key={current.value} board={board} id={current.value} />
            )}
          </section>
        </div>
      </div>
    </>
  )
}

/** Where rows will be, not a spinner. */
const Placeholder = ({ label }: { label: string }) => (
  <section class="panel alert-list" aria-busy="true" aria-label={label}>
    {Array.from({ length: 8 }, (_, i) => (
      <i key={i} class="row-outline" />
    ))}
  </section>
)

/** The first row is shown until the reader chooses another; an address may name one. */
function useCurrent({ place, current, rows, listing }: Board) {
  useEffect(() => {
    if (place.alert !== undefined) current.value = place.alert
  }, [place.alert, current])
  useEffect(() => {
    const known =
      current.value !== undefined &&
      (place.alert === current.value || rows.value.some(({ alert }) => alert.id === current.value))
    if (!known) current.value = rows.value[0]?.alert.id
  }, [listing.value, place.alert, current, rows])
}
