/** A command to copy into a terminal. */
import { useSignal } from '@preact/signals'
import { useDesk } from '../shell/desk.ts'

export function Command({ text }: { text: string }) {
  const { words } = useDesk()
  const copied = useSignal<string | undefined>(undefined)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    copied.value = text
  }
  return (
    <div class="command">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by key (WCAG 2.1.1) */}
      <pre tabIndex={0}>{text}</pre>
      {'clipboard' in navigator && (
        <button type="button" onClick={() => void copy()}>
          {words.text(copied.value === text ? 'copied' : 'copy')}
        </button>
      )}
    </div>
  )
}
