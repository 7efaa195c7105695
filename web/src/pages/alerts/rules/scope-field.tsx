/** Where a rule counts: lots and types to tick, ids to type. */
import { bayTypes } from '@baykeeper/contract/vocabulary.ts'
import { useDesk } from '../../../shell/desk.ts'
import { type Draft, listIn } from './rule-draft.ts'
import type { FormPart } from './rule-form.tsx'
import { useRulesWords } from './rules-words.ts'

/** Of more lots a list of ids is handier. */
const sitesMax = 24
const typed = [
  ['levels', 'whereLevels'],
  ['zones', 'whereZones'],
  ['devices', 'whereDevices'],
  ['sources', 'whereSources'],
] as const

export function ScopeField({ part: { draft, set } }: { part: FormPart }) {
  const words = useRulesWords()
  const { sites } = useDesk()
  const { scope } = draft.value
  const put = (more: Partial<Draft['scope']>) => set('scope', { ...scope, ...more })
  const others = typed.filter(([name]) => scope[name].length > 0).length
  return (
    <>
      {sites.value.length <= sitesMax && (
        <Ticks
          name={words.text('whereSites')}
          of={sites.value.map(({ id, name }) => [id, name])}
          chosen={scope.sites}
          set={(chosen) => put({ sites: chosen })}
        />
      )}
      <Ticks
        name={words.text('whereTypes')}
        of={bayTypes.map((type) => [type, words.text(`type_${type}`)])}
        chosen={scope.types}
        set={(chosen) => put({ types: bayTypes.filter((type) => chosen.includes(type)) })}
      />
      <details open={others > 0}>
        <summary>{typed.map(([, label]) => words.text(label)).join(', ')}</summary>
        {[...(sites.value.length > sitesMax ? ([['sites', 'whereSites']] as const) : []), ...typed].map(
          ([name, label]) => (
            <label key={name}>
              <span>{words.text(label)}</span>
              <input
                type="text"
                value={scope[name].join(', ')}
                onChange={(event) => put({ [name]: listIn(event.currentTarget.value) })}
              />
            </label>
          ),
        )}
      </details>
      <small>{words.text('everywhere')}</small>
    </>
  )
}

interface TicksProps {
  readonly name: string
  readonly of: readonly (readonly [id: string, name: string])[]
  readonly chosen: readonly string[]
  set(chosen: string[]): void
}

const Ticks = ({ name, of, chosen, set }: TicksProps) => (
  <fieldset class="ticks">
    <legend>{name}</legend>
    {of.map(([id, shown]) => (
      <label key={id} class="check">
        <input
          type="checkbox"
          checked={chosen.includes(id)}
          onChange={(event) => set(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))}
        />
        {shown}
      </label>
    ))}
  </fieldset>
)
