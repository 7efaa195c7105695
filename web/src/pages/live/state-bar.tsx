/** Shares of the states as one bar: taken first, then closed and unknown, then free. The numbers are next to it as text. */
import { bayStates } from '@baykeeper/contract/vocabulary.ts'
import { code } from '../../bay-state.ts'

const order: readonly number[] = [code.occupied, code.reserved, code.closed, code.unknown, code.free]

export function StateBar({ counts, at = 0, label }: { counts: ArrayLike<number>; at?: number; label?: string }) {
  const total = order.reduce((sum, state) => sum + (counts[at + state] ?? 0), 0)
  return (
    <span class="state-bar" {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}>
      {order.map((state) => {
        const n = counts[at + state] ?? 0
        return n > 0 && <i key={state} class={bayStates[state]} style={{ width: `${(n / total) * 100}%` }} />
      })}
    </span>
  )
}
