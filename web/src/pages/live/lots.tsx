/** The side column: lots from the fullest, their levels, and devices without a bay. */
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { useSignal } from '@preact/signals'
import { code, stateCount } from '../../bay-state.ts'
import { capacityOf, occupancyRate } from '../../live/tally.ts'
import type { Plate } from '../../plan/floor.ts'
import { type City, useDesk } from '../../shell/desk.ts'
import { CountZones, useCountZones } from './count-zones.tsx'
import { DayChart } from './day-chart.tsx'
import { StateBar } from './state-bar.tsx'

interface Lot {
  readonly site: string
  readonly name: string
  readonly plates: readonly (Plate & { readonly index: number })[]
  readonly counts: readonly number[]
}

export function lotsOf({ floor, tally }: City): Lot[] {
  const plates = floor.plates.map((plate, index) => ({ ...plate, index }))
  const lots = [...Map.groupBy(plates, (plate) => plate.site)].map(([site, own]): Lot => {
    const counts = bayStates.map((_, s) =>
      own.reduce((sum, { index }) => sum + (tally.byPlate[index * stateCount + s] as number), 0),
    )
    return { site, name: own[0]?.site_name ?? site, plates: own, counts }
  })
  // Whole percents: two lots as full as each other do not change places at every car.
  const percent = ({ counts }: Lot) => Math.round((occupancyRate(counts) ?? -1) * 100)
  return lots.sort((a, b) => percent(b) - percent(a))
}

export function Lots({ city }: { city: City }) {
  const desk = useDesk()
  const { words, counted, sites, now, staleSince } = desk
  const recounted = useSignal(0)
  const countZones = useCountZones(recounted.value)
  counted.value
  return (
    <section class={`panel parking ${staleSince.value === undefined ? '' : 'stale'}`} aria-label={words.text('lots')}>
      <h2>
        {words.text('lots')} <small>{words.text('fullestFirst')}</small>
      </h2>
      {lotsOf(city).map(({ site, name, plates, counts }) => {
        const rate = occupancyRate(counts)
        const capacity = capacityOf(counts)
        const updated = sites.value.find((each) => each.id === site)?.updated
        return (
          <article key={site} class="parking-lot">
            <div class="row">
              <h3>
                <button type="button" class="link" onClick={() => desk.plan?.fit(site)}>
                  {name}
                </button>
              </h3>
              <span>
                <b>{words.number(counts[code.free] ?? 0)}</b> {words.text('freeOf', { n: capacity })}
              </span>
            </div>
            <StateBar
              counts={counts}
              label={words.text('lotOccupancy', { name, percent: rate === undefined ? '–' : words.percent(rate) })}
            />
            {plates.length > 1 && (
              <div class="parking-levels">
                {plates.map((plate) => (
                  <button
                    key={plate.level}
                    type="button"
                    title={plate.name}
                    onClick={() => desk.plan?.fitPlate(plate.index)}
                  >
                    <span>{plate.name.split(' · ').at(-1)}</span>
                    <b>{words.number(city.tally.byPlate[plate.index * stateCount + code.free] ?? 0)}</b>
                    <StateBar counts={city.tally.byPlate} at={plate.index * stateCount} />
                  </button>
                ))}
              </div>
            )}
            <CountZones of={countZones.filter((zone) => zone.site === site)} changed={() => recounted.value++} />
            <LastDay site={site} name={name} />
            <p class="age">
              {updated
                ? words.text('updated', { age: words.ago(now.value - Date.parse(updated)) })
                : words.text('neverUpdated')}
            </p>
          </article>
        )
      })}
    </section>
  )
}

/** Fetched only when it is opened: a city may have hundreds of lots. */
function LastDay({ site, name }: { site: string; name: string }) {
  const { words } = useDesk()
  const open = useSignal(false)
  return (
    <details
      class="last-day"
      onToggle={(event) => {
        open.value = event.currentTarget.open
      }}
    >
      <summary>{words.text('dayTitle')}</summary>
      {open.value && <DayChart site={site} name={name} />}
    </details>
  )
}
