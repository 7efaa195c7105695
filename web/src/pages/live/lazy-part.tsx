/** A part of a page that is fetched when there is something to show in it. */
import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { type Desk, useDesk } from '../../shell/desk.ts'

interface Props {
  readonly wanted: boolean
  fetch(): Promise<{ load(desk: Desk): Promise<ComponentType> }>
}

export function LazyPart({ wanted, fetch }: Props) {
  const desk = useDesk()
  const part = useSignal<ComponentType | undefined>(undefined)
  useEffect(() => {
    if (!wanted || part.value) return
    let gone = false
    fetch()
      .then(({ load }) => load(desk))
      .then(
        (loaded) => {
          if (!gone) part.value = loaded
        },
        // The page works without it; the next visit requests it again.
        () => {},
      )
    return () => {
      gone = true
    }
  }, [desk, part, wanted, fetch])
  const Part = part.value
  return Part ? <Part /> : null
}
