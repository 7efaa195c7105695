/** Signs: what each shows and why, and the mode that a person sets. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useFetched } from '../../kit/fetched.ts'
import type { Desk } from '../../shell/desk.ts'
import { Panel } from '../live/panel.tsx'
import { SignCard } from './sign-card.tsx'
import { useSignWords, withWords } from './sign-words.ts'
import './signs.css'

export const load = (desk: Desk) => withWords(desk, SignsPage)

const pollMs = 2_000

function SignsPage() {
  const words = useSignWords()
  const again = useSignal(0)
  const signs = useFetched(requestOf('GET /api/v1/signs'), pollMs, again.value).value
  const items = signs.value?.items ?? []
  const isNone = signs.value !== undefined && items.length === 0
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('signs')}</h1>
          <p class="quiet">{words.text('signsLead')}</p>
        </div>
      </header>
      <Panel title={words.text(isNone ? 'signsNone' : 'signs')} of={signs} freshMs={pollMs * 3}>
        {isNone && <p>{words.text('signsNoneText')}</p>}
        <ul class="signs">
          {items.map((sign) => (
            <li key={sign.id}>
              <SignCard sign={sign} changed={() => again.value++} />
            </li>
          ))}
        </ul>
      </Panel>
    </>
  )
}
