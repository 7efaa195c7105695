/** Removes a rule of a person, or brings back the defaults of a built-in one. Asks once more in its place. */
import type { RuleOnWire } from '@baykeeper/contract/alert-rule.ts'
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { act } from '../../../shell/acting.ts'
import { go, useDesk } from '../../../shell/desk.ts'
import { routes } from '../../../shell/route.ts'
import { useRulesWords } from './rules-words.ts'

export function RuleRemoval({ rule, changed }: { rule: RuleOnWire; changed(): void }) {
  const desk = useDesk()
  const words = useRulesWords()
  const asking = useSignal(false)
  const why = useSignal('')
  const label = words.text(rule.is_built_in ? 'toDefaults' : 'remove')
  const remove = async () => {
    const removed = await act(words, requestOf('DELETE /api/v1/rules/{id}', { params: { id: rule.id }, query: {} }))
    // It is answered without content, which is no JSON.
    if (!removed.ok && removed.status !== undefined) {
      why.value = removed.why
      return
    }
    asking.value = false
    if (rule.is_built_in) changed()
    else go(desk, routes.rules)
  }
  return (
    <div class="rule-removal">
      {asking.value ? (
        <p class="ways">
          <span class="quiet">{words.text(rule.is_built_in ? 'defaultsNote' : 'removeNote')}</span>
          <button type="button" onClick={() => void remove()}>
            {rule.is_built_in ? label : words.text('removeSure')}
          </button>
          <button
            type="button"
            onClick={() => {
              asking.value = false
            }}
          >
            {words.text('cancel')}
          </button>
        </p>
      ) : (
        <button
          type="button"
          onClick={() => {
            asking.value = true
          }}
        >
          {label} …
        </button>
      )}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </div>
  )
}
