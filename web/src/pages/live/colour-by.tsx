/** Colours of the plan by another value than the state: how long a bay is in it, when its sensor was heard, how much of its battery is used. */
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../../kit/api.ts'
import { drawShades } from '../../plan/shades.ts'
import { type City, useDesk } from '../../shell/desk.ts'
import { type ToolsWords, useToolsWords } from './tools-words.ts'

const values = ['state', 'dwell', 'seen', 'battery'] as const
type By = (typeof values)[number]

const everyMs = 15_000
const pageItems = 1_000
/** A request each: more would keep the server busy for a picture. */
const pagesMax = 10

export function ColourBy() {
  const desk = useDesk()
  const words = useToolsWords()
  const { city, past } = desk
  const by = useSignal<By>('state')
  const legend = useSignal('')
  const here = city.value
  useEffect(() => {
    const of = by.value
    if (of === 'state' || !here) {
      desk.plan?.ring({ cover: undefined })
      legend.value = ''
      return
    }
    let gone = false
    const paint = async () => {
      try {
        const found = await valuesOf(of, here)
        if (gone) return
        const highest = Math.max(...found.values(), 0)
        const lowest = Math.min(...found.values(), highest)
        const range = highest - lowest || 1
        const shades = new Map([...found].map(([bay, value]) => [bay, (value - lowest) / range]))
        desk.plan?.ring({ cover: (scene) => drawShades(scene, shades) })
        legend.value = legendText(words, of, { lowest, highest, missing: here.floor.size - found.size })
      } catch {
        if (!gone) legend.value = words.text('byFailed')
      }
    }
    void paint()
    const timer = setInterval(() => void paint(), everyMs)
    return () => {
      gone = true
      clearInterval(timer)
      desk.plan?.ring({ cover: undefined })
    }
  }, [by.value, here, desk, legend, words, past.value])
  return (
    <div class="colour-by">
      <label>
        <span>{words.text('colourBy')}</span>
        <select value={by.value} onChange={(event) => (by.value = event.currentTarget.value as By)}>
          {values.map((one) => (
            <option key={one} value={one}>
              {words.text(`by_${one}`)}
            </option>
          ))}
        </select>
      </label>
      <small role="status">{legend.value}</small>
    </div>
  )
}

interface Legend {
  readonly lowest: number
  readonly highest: number
  readonly missing: number
}

function legendText(words: ToolsWords, by: By, { lowest, highest, missing }: Legend): string {
  const text = (value: number) => (by === 'battery' ? words.percent(value / 100) : words.duration(value))
  return words.text('byLegend', { low: text(lowest), high: text(highest), n: missing })
}

/** By the index of the bay; a bay without the value is left out. */
async function valuesOf(by: Exclude<By, 'state'>, { floor }: City): Promise<ReadonlyMap<number, number>> {
  const indexOf = new Map(floor.ids.map((id, i) => [id, i]))
  const found = new Map<number, number>()
  const put = (bay: string | null, value: number | undefined) => {
    const index = bay === null ? undefined : indexOf.get(bay)
    if (index !== undefined && value !== undefined) found.set(index, value)
  }
  const now = Date.now()
  let cursor: string | undefined
  for (let page = 0; page < pagesMax && (page === 0 || cursor !== undefined); page++) {
    const query = { limit: pageItems, ...(cursor === undefined ? {} : { cursor }) }
    if (by === 'battery') {
      const answer = await api.call('GET /api/v1/devices', { query })
      for (const { bay, battery_pct: level } of answer.items) put(bay, level === undefined ? undefined : 100 - level)
      cursor = answer.next ?? undefined
    } else {
      const answer = await api.call('GET /api/v1/bays', { query })
      for (const { id, since, age_s } of answer.items)
        put(
          id,
          by === 'seen'
            ? (age_s ?? undefined) && (age_s as number) * 1_000
            : since
              ? now - Date.parse(since)
              : undefined,
        )
      cursor = answer.next ?? undefined
    }
  }
  return found
}
