/** The plan of the public page: the same as the desk's, without a keyboard grid; the numbers above show the same as text. */
import type { LotWords } from '@baykeeper/contract/lot-words.ts'
import type { Tally } from '../../live/tally.ts'
import type { BayPlan } from '../../plan/bay-plan.ts'
import type { Floor } from '../../plan/floor.ts'

interface PublicPlan {
  readonly floor: Floor
  readonly tally: Tally
  readonly words: LotWords
}

export async function addPlan(box: HTMLElement, { floor, tally, words }: PublicPlan): Promise<BayPlan> {
  const { createBayPlan } = await import('../../plan/bay-plan.ts')
  const canvas = document.createElement('canvas')
  canvas.role = 'img'
  canvas.ariaLabel = words.plan(floor.size)
  const overlay = document.createElement('canvas')
  overlay.ariaHidden = 'true'
  const { w, h } = floor.bounds
  box.style.aspectRatio = `${Math.max(0.6, Math.min(3, w / h))}`
  box.append(canvas, overlay)
  return createBayPlan({
    canvas,
    overlay,
    floor,
    tally,
    words: { free: (n, short) => (short ? words.number(n) : words.free(n)), noData: words.state('no-data') },
  })
}
