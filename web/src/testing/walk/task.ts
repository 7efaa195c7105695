/** A task of a person who uses the product: done on the pages alone, or by the command that a page shows. */
import type { Hand } from './hand.ts'

export interface Task {
  readonly id: string
  readonly who: 'operator' | 'driver' | 'planner' | 'integrator' | 'developer'
  readonly what: string
  /** Address of the page that the person is on. */
  readonly start: string
  /** Resolves with what the person learns or has done; throws where the task cannot be done. */
  walk(hand: Hand): Promise<string>
}
