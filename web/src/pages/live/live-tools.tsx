/** Tools of the Live page: the time conductor, colours by other values than the state, and blocking out bays for an event. */
import { useSignal } from '@preact/signals'
import { type Desk, may, useDesk } from '../../shell/desk.ts'
import { BlockOut } from './block-out.tsx'
import { ColourBy } from './colour-by.tsx'
import { TimeConductor } from './time-conductor.tsx'
import { useToolsWords, withToolsWords } from './tools-words.ts'
import './live-tools.css'

export const load = (desk: Desk) => withToolsWords(desk, LiveTools)

function LiveTools() {
  const desk = useDesk()
  const words = useToolsWords()
  const blocking = useSignal(false)
  const isPast = desk.moment.value !== undefined
  const open = (isOpen: boolean) => {
    blocking.value = isOpen
    desk.choosing.value = isOpen ? new Set() : undefined
  }
  return (
    <>
      <section class="panel live-tools" aria-label={words.text('timeTravel')}>
        <TimeConductor />
        {!isPast && <ColourBy />}
        {!isPast && may(desk, 'operate') && !blocking.value && (
          <button type="button" onClick={() => open(true)}>
            {words.text('blockOut')}
          </button>
        )}
      </section>
      {blocking.value && !isPast && <BlockOut close={() => open(false)} />}
    </>
  )
}
