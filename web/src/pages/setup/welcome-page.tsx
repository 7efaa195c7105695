/** The first steps: connect a sensor, create bays, see the first reading. What is done is read from the server, so the page may be left. */

import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device } from '@baykeeper/contract/device.ts'
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { useFetched } from '../../kit/fetched.ts'
import { type Desk, useDesk } from '../../shell/desk.ts'
import { presenceWord } from '../live/reading.ts'
import { BaysForm } from './bays-form.tsx'
import { TestCommand, type Token, TokenForm } from './connect.tsx'
import { useSetupWords, withWords } from './setup-words.ts'
import '../../kit/parts.css'
import './setup.css'

export const load = (desk: Desk) => withWords(desk, WelcomePage)

const pollMs = 2_000

function WelcomePage() {
  const { simulated } = useDesk()
  const words = useSetupWords()
  const again = useSignal(0)
  const token = useSignal<Token | undefined>(undefined)
  const isSwitching = useSignal(false)
  const isDemo = simulated.value
  useEffect(() => {
    if (!isDemo) isSwitching.value = false
  }, [isDemo, isSwitching])
  const plan = useFetched(isDemo ? undefined : requestOf('GET /api/v1/plan'), pollMs, again.value).value
  const devices = useFetched(
    isDemo ? undefined : requestOf('GET /api/v1/devices', { query: { limit: 100 } }),
    pollMs,
  ).value
  const bays = plan.value?.ids ?? []
  const heard = devices.value?.items ?? []
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{words.text('welcome')}</h1>
          <p class="quiet">{words.text('welcomeLead')}</p>
        </div>
      </header>
      <ol class="setup-steps">
        <Step n={1} title={words.text('stepConnect')} done={!isDemo && (token.value !== undefined || heard.length > 0)}>
          <TokenForm
            made={(made) => {
              token.value = made
              isSwitching.value = isDemo
            }}
          />
          {isSwitching.value && isDemo && <p role="status">{words.text('switching')}</p>}
        </Step>
        <Step n={2} title={words.text('stepBays')} done={bays.length > 0}>
          {isDemo ? (
            <p>{words.text('needConnect')}</p>
          ) : bays.length > 0 ? (
            <p>{words.count('baysThere', bays.length)}</p>
          ) : (
            <BaysForm created={() => again.value++} />
          )}
        </Step>
        <Step n={3} title={words.text('stepReading')} done={!isDemo && heard.length > 0}>
          {isDemo || bays.length === 0 ? (
            <p>{words.text('needBays')}</p>
          ) : (
            <FirstReading token={token.value} bay={bays[0] ?? 'A-01'} heard={heard} />
          )}
        </Step>
        <Step n={4} title={words.text('stepDone')} done={false}>
          <p>
            <a href="/desk">{words.text('openLive')}</a> · <a href="/">{words.text('publicPage')}</a>
          </p>
        </Step>
      </ol>
    </>
  )
}

interface StepProps {
  readonly n: number
  readonly title: string
  readonly done: boolean
  readonly children: ComponentChildren
}

function Step({ n, title, done, children }: StepProps) {
  const words = useSetupWords()
  return (
    <li class="panel part">
      <h2>
        {n}. {title} {done && <span class="chip ok">{words.text('done')}</span>}
      </h2>
      {children}
    </li>
  )
}

interface FirstReadingProps {
  readonly token: Token | undefined
  readonly bay: string
  readonly heard: readonly Device[]
}

function FirstReading({ token, bay, heard }: FirstReadingProps) {
  const words = useSetupWords()
  const listeners = useFetched(requestOf('GET /api/v1/listeners'), pollMs * 5).value
  const [newest] = heard.toSorted((a, b) => (a.arrived < b.arrived ? 1 : -1))
  return (
    <>
      <p>{words.text('sendFirst', { bay })}</p>
      {listeners.value && <TestCommand listeners={listeners.value.items} token={token} device={bay} />}
      <p role="status" class="heard">
        {newest
          ? words.text('heard', {
              ...{ sensors: words.count('sensorsHeard', heard.length) },
              ...{ device: newest.id, state: presenceWord(words, newest) },
            })
          : words.text('waiting')}
      </p>
    </>
  )
}
