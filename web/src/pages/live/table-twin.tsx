/** The same as the plan, as tables: counts by level, and every bay of the chosen level. For eyes and ears that need no picture. */
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { stateCount } from '../../bay-state.ts'
import type { TextKey } from '../../i18n/en.ts'
import { en } from '../../i18n/en.ts'
import { capacityOf } from '../../live/tally.ts'
import { type City, openBay, useDesk } from '../../shell/desk.ts'

const rowPx = 32
/** Rows above and below the window that are there already when scrolling. */
const sparePx = 320

export function TableTwin({ city }: { city: City }) {
  const { words, counted, staleSince } = useDesk()
  const chosen = useSignal(city.floor.plates.length === 1 ? 0 : -1)
  counted.value
  const { floor, tally } = city
  const plate = floor.plates[chosen.value]
  return (
    <div class={`twin ${staleSince.value === undefined ? '' : 'stale'}`} tabIndex={-1}>
      <div class="scroll-x">
        <table>
          <thead>
            <tr>
              <th scope="col">{words.text('level')}</th>
              <th scope="col">{words.text('capacity')}</th>
              {bayStates.map((state) => (
                <th key={state} scope="col">
                  {words.text(state)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {floor.plates.map((each, p) => (
              <tr key={`${each.site} ${each.level}`} class={p === chosen.value ? 'chosen' : ''}>
                <th scope="row">
                  <button
                    type="button"
                    class="link"
                    aria-pressed={p === chosen.value}
                    onClick={() => {
                      chosen.value = p
                    }}
                  >
                    {each.name}
                  </button>
                </th>
                <td>{words.number(capacityOf(tally.byPlate, p * stateCount))}</td>
                {bayStates.map((state, s) => (
                  <td key={state}>{words.number(tally.byPlate[p * stateCount + s] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{words.text('total')}</th>
              <td>{words.number(capacityOf(tally.totals))}</td>
              {bayStates.map((state, s) => (
                <td key={state} data-state={state}>
                  {words.number(tally.totals[s] ?? 0)}
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </div>
      {plate ? (
        <BayRows key={chosen.value} city={city} from={plate.from} to={plate.to} name={plate.name} />
      ) : (
        <p class="quiet">{words.text('chooseLevel')}</p>
      )}
    </div>
  )
}

function BayRows({ city, from, to, name }: { city: City; from: number; to: number; name: string }) {
  const desk = useDesk()
  const { words, counted } = desk
  const top = useSignal(0)
  const rows = useRef<HTMLElement>(null)
  useEffect(() => rows.current?.scrollIntoView({ block: 'nearest' }), [])
  const height = 384
  counted.value
  const { floor, tally } = city
  const count = to - from
  const first = Math.max(0, Math.floor((top.value - sparePx) / rowPx))
  const last = Math.min(count, Math.ceil((top.value + height + sparePx) / rowPx))
  return (
    <section
      class="bay-rows"
      ref={rows}
      aria-label={words.text('levelBays', { level: name })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1)
      tabIndex={0}
      onScroll={(event) => {
        top.value = event.currentTarget.scrollTop
      }}
    >
      <table aria-rowcount={count + 1}>
        <caption>{words.text('levelBays', { level: name })}</caption>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">{words.text('bay')}</th>
            <th scope="col">{words.text('type')}</th>
            <th scope="col">{words.text('state')}</th>
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr class="spare" style={{ height: `${first * rowPx}px` }} />}
          {Array.from({ length: last - first }, (_, k) => from + first + k).map((bay) => {
            const state = bayStates[tally.states[bay] ?? 3] ?? 'unknown'
            return (
              <tr key={bay} aria-rowindex={bay - from + 2}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => openBay(desk, bay)}>
                    <bdi>{floor.ids[bay]}</bdi>
                  </button>
                </th>
                <td>{typeName(words, floor.types[bay] ?? 'standard')}</td>
                <td>
                  <i class={`swatch ${state}`} aria-hidden="true" />
                  {words.text(state)}
                </td>
              </tr>
            )
          })}
          {last < count && <tr class="spare" style={{ height: `${(count - last) * rowPx}px` }} />}
        </tbody>
      </table>
    </section>
  )
}

/** A type without a text is shown by its code. */
export function typeName(words: ReturnType<typeof useDesk>['words'], type: string): string {
  const key = `type_${type}`
  return key in en ? words.text(key as TextKey) : type
}
