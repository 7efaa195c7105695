/** A sheet at the right, from below on a phone: it takes the focus, and gives it back when it closes. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useDesk } from '../../shell/desk.ts'
import { Icon } from '../../shell/icons.tsx'

interface SheetProps {
  readonly title: string
  readonly children: ComponentChildren
  onClose(): void
}

export function Sheet({ title, children, onClose }: SheetProps) {
  const { words } = useDesk()
  const sheet = useRef<HTMLElement>(null)
  useLayoutEffect(() => {
    const before = document.activeElement
    sheet.current?.focus({ preventScroll: true })
    return () => {
      // The element that opened it may be gone, such as the search; then the focus goes to the plan.
      const back = before instanceof HTMLElement && before.isConnected && before !== document.body ? before : undefined
      const next = back ?? document.querySelector<HTMLElement>('.grid, .twin') ?? document.getElementById('main')
      next?.focus({ preventScroll: true })
    }
  }, [])
  return (
    <aside
      class="drawer panel"
      ref={sheet}
      tabIndex={-1}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header>
        <h2>
          <bdi>{title}</bdi>
        </h2>
        <button
          type="button"
          class="tool square"
          aria-label={words.text('close')}
          title={words.text('close')}
          onClick={onClose}
        >
          <Icon name="close" />
        </button>
      </header>
      {children}
    </aside>
  )
}
