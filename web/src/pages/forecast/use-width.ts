/** Observes the width of an element in CSS pixels. A picture with text is redrawn at each width, never stretched. */
import { useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useLayoutEffect } from 'preact/hooks'

export function useWidth(element: RefObject<HTMLElement | null>, first: number): number {
  const width = useSignal(first)
  useLayoutEffect(() => {
    const of = element.current
    if (!of) return
    const measure = () => {
      width.value = Math.max(1, Math.round(of.clientWidth))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(of)
    return () => observer.disconnect()
  }, [element, width])
  return width.value
}
