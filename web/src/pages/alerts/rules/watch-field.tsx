/** What a rule of a person watches. */
import { measures } from '@baykeeper/contract/measures.ts'
import {
  bayStates,
  comparisons,
  watchedPlaces,
  watchedQuantities,
  watchedQuantityNames,
} from '@baykeeper/contract/vocabulary.ts'
import type { RulesKey } from './en.ts'
import type { Draft } from './rule-draft.ts'
import type { FormPart } from './rule-form.tsx'
import { useRulesWords } from './rules-words.ts'

type Watch = NonNullable<Draft['watch']>

export function WatchField({ part: { draft, set } }: { part: FormPart }) {
  const words = useRulesWords()
  const watch: Watch = draft.value.watch ?? { quantity: 'occupied-share', is: 'above', places: 'site' }
  const { of } = watchedQuantities[watch.quantity]
  const change = (next: Partial<Watch>) => set('watch', fitting({ ...watch, ...next }))
  return (
    <p class="sentence">
      <Choice
        label={words.text('quantity')}
        value={watch.quantity}
        of={watchedQuantityNames}
        set={(quantity) => change({ quantity })}
      />
      {of === 'place' && (
        <Choice
          label={words.text('places')}
          value={watch.places ?? 'site'}
          of={watchedPlaces}
          set={(places) => change({ places })}
        />
      )}
      {watch.quantity === 'state-minutes' && (
        <Choice
          label={words.text('stateOf')}
          value={watch.state ?? 'unknown'}
          of={bayStates}
          set={(state) => change({ state })}
        />
      )}
      {watch.quantity === 'measure' && (
        <select
          aria-label={words.text('measureOf')}
          value={watch.measure}
          onChange={(event) => change({ measure: event.currentTarget.value as NonNullable<Watch['measure']> })}
        >
          {measures.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      )}
      <Choice label={words.text('fieldRaise')} value={watch.is} of={comparisons} set={(is) => change({ is })} />
    </p>
  )
}

/** With the parts that its quantity needs, and no others. */
function fitting({ quantity, is, places, state, measure }: Watch): Watch {
  const [first] = measures
  return {
    ...{ quantity, is },
    ...(watchedQuantities[quantity].of === 'place' ? { places: places ?? 'site' } : {}),
    ...(quantity === 'state-minutes' ? { state: state ?? 'unknown' } : {}),
    ...(quantity === 'measure' ? { measure: measure ?? first.name } : {}),
  }
}

interface ChoiceProps<T extends RulesKey> {
  readonly label: string
  readonly value: T
  readonly of: readonly T[]
  set(value: T): void
}

function Choice<T extends RulesKey>({ label, value, of, set }: ChoiceProps<T>) {
  const words = useRulesWords()
  return (
    <select aria-label={label} value={value} onChange={(event) => set(event.currentTarget.value as T)}>
      {of.map((one) => (
        <option key={one} value={one}>
          {words.text(one)}
        </option>
      ))}
    </select>
  )
}
