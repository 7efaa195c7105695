/** The rule as configuration: the same draft as text. What is no rule yet stays in the box, with the reason. */
import { type Signal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { type Draft, draftIn, draftText } from './rule-draft.ts'
import { useRulesWords } from './rules-words.ts'

export function RuleText({ draft, isWrong }: { draft: Signal<Draft>; isWrong: Signal<boolean> }) {
  const words = useRulesWords()
  const text = useSignal(draftText(draft.value))
  const why = useSignal('')
  useEffect(() => {
    const read = draftIn(text.peek())
    // What the reader types stays as it is written.
    if (read.ok && draftText(read.draft) === draftText(draft.value)) return
    text.value = draftText(draft.value)
    why.value = ''
    isWrong.value = false
  }, [draft.value, text, why, isWrong])
  return (
    <details class="rule-text">
      <summary>{words.text('asConfig')}</summary>
      <textarea
        rows={18}
        spellcheck={false}
        autocomplete="off"
        aria-label={words.text('asConfig')}
        aria-invalid={why.value !== ''}
        aria-describedby="rule-text-why"
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value
          const read = draftIn(text.value)
          why.value = read.ok ? '' : read.why
          isWrong.value = !read.ok
          if (read.ok) draft.value = read.draft
        }}
      />
      <p id="rule-text-why" class={why.value === '' ? 'quiet' : 'alert'} role={why.value === '' ? undefined : 'alert'}>
        {why.value === '' ? words.text('configHint') : words.text('configWrong', { why: why.value })}
      </p>
    </details>
  )
}
