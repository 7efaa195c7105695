/**
 * The clock of alerts: that of the folds, and what moves it that is no frame and no heartbeat. The clock of the folds does not hold that, so it is
 * remembered here.
 */
import type { AlertBook } from './alert-book.ts'
import type { AlertEngine } from './alert-engine.ts'

export interface AlertClock {
  /** When the server went on after a standstill; 0: it has not stood still. */
  readonly resumedAt: number
  /** By what is no frame and no heartbeat. */
  advance(time: number): void
  /** The next moment may lie before the clock. */
  setBack(): void
  tick(time: number): void
}

const clockName = 'clock'
const resumedName = 'resumed'
/** Intake writes a heartbeat a minute: it stood still when the journal has nothing for longer. */
const standstillMs = 150_000
/** What senders have kept meanwhile comes within this time, and decides what fell due in a standstill. */
const catchUpMs = 60_000

/** As it was when the server ended; `arrived`: the newest frame. */
export const rememberedClock = (book: Pick<AlertBook, 'recall'>, arrived: number): number =>
  Math.max(arrived, Number(book.recall(clockName) ?? 0))

export function createAlertClock(
  engine: Pick<AlertEngine, 'clock' | 'tick' | 'turnBack' | 'postpone'>,
  book: Pick<AlertBook, 'recall' | 'remember'>,
): AlertClock {
  let isSetBack = false
  let resumedAt = Number(book.recall(resumedName) ?? 0)

  /** No device is silent for a standstill, and no vehicle has stayed too long that left in it. */
  function resume(time: number) {
    resumedAt = time
    book.remember(resumedName, time)
    engine.postpone(time, time + catchUpMs)
  }

  function turnBack(time: number) {
    engine.turnBack(time)
    if (Number(book.recall(clockName) ?? 0) > time) book.remember(clockName, time)
    if (resumedAt > time) {
      resumedAt = time
      book.remember(resumedName, time)
    }
  }

  return {
    get resumedAt() {
      return resumedAt
    },
    advance(time) {
      engine.tick(time)
      if (engine.clock === time) book.remember(clockName, time)
    },
    setBack() {
      isSetBack = true
    },
    tick(time) {
      if (isSetBack && time < engine.clock) turnBack(time)
      isSetBack = false
      if (engine.clock > 0 && time - engine.clock > standstillMs) resume(time)
      engine.tick(time)
    },
  }
}
