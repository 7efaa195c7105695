/** The time conductor above a page other than Live, which has it among its tools. */
import { type Desk, useDesk } from '../../shell/desk.ts'
import { TimeConductor } from './time-conductor.tsx'
import { useToolsWords, withToolsWords } from './tools-words.ts'
import './live-tools.css'

export const load = (desk: Desk) => withToolsWords(desk, TimeBar)

function TimeBar() {
  const words = useToolsWords()
  const { moment } = useDesk()
  return (
    <section
      class={`panel live-tools time-bar ${moment.value === undefined ? '' : 'past'}`}
      aria-label={words.text('timeTravel')}
    >
      <TimeConductor />
    </section>
  )
}
