/** Many bays are taken out of service for an event: chosen on the plan or by level, until a time, with a reason. */
import { requestOf } from '@baykeeper/contract/client.ts'
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { act } from '../../shell/acting.ts'
import { useDesk } from '../../shell/desk.ts'
import { localInput, momentOf } from './local-input.ts'
import { useToolsWords } from './tools-words.ts'

const usualMs = 4 * 3_600_000

export function BlockOut({ close }: { close(): void }) {
  const desk = useDesk()
  const words = useToolsWords()
  const { choosing, city, zone } = desk
  const occasion = useSignal('')
  const reason = useSignal('')
  const until = useSignal(localInput(Date.now() + usualMs, zone.value))
  const why = useSignal('')
  const done = useSignal('')
  const floor = city.value?.floor
  const bays = [...(choosing.value ?? [])]
  useEffect(() => {
    desk.plan?.ring({ attention: [...(choosing.value ?? [])] })
  }, [desk, choosing.value])
  const send = async () => {
    const end = momentOf(until.value, zone.value)
    if (bays.length === 0) why.value = words.text('blockNone')
    else if (reason.value.trim() === '') why.value = words.text('reasonMissing')
    else if (end === undefined || end <= Date.now()) why.value = words.text('untilPast')
    else {
      const body = {
        ...{ bays: bays.map((bay) => floor?.ids[bay] as string), state: 'closed' as const },
        ...{ until: new Date(end).toISOString(), reason: reason.value.trim() },
        ...(occasion.value.trim() === '' ? {} : { occasion: occasion.value.trim() }),
      }
      const sent = await act(words, requestOf('POST /api/v1/overrides', { body }))
      why.value = sent.ok ? '' : sent.why
      if (!sent.ok) return
      done.value = words.count('blockDone', bays.length)
      choosing.value = new Set()
    }
  }
  const addLevel = (p: number) => {
    const plate = floor?.plates[p]
    if (!plate) return
    const level = Array.from({ length: plate.to - plate.from }, (_, i) => plate.from + i)
    choosing.value = new Set([...(choosing.value ?? []), ...level])
  }
  return (
    <section class="panel part" aria-label={words.text('blockTitle')}>
      <h2>{words.text('blockTitle')}</h2>
      <p class="quiet">{words.text('blockLead')}</p>
      <form
        class="block-out"
        onSubmit={(event) => {
          event.preventDefault()
          void send()
        }}
      >
        <label>
          <span>{words.text('blockLevel')}</span>
          <select value="" onChange={(event) => addLevel(Number(event.currentTarget.value || -1))}>
            <option value="">–</option>
            {floor?.plates.map((plate, p) => (
              <option key={`${plate.site} ${plate.level}`} value={String(p)}>
                {plate.name}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{words.text('occasion')}</span>
          <input
            maxLength={200}
            value={occasion.value}
            onInput={(event) => (occasion.value = event.currentTarget.value)}
          />
        </label>
        <label>
          <span>{words.text('until')}</span>
          <input
            type="datetime-local"
            value={until.value}
            onInput={(event) => (until.value = event.currentTarget.value)}
          />
        </label>
        <label>
          <span>{words.text('reason')}</span>
          <input maxLength={500} value={reason.value} onInput={(event) => (reason.value = event.currentTarget.value)} />
        </label>
        <p class="ways">
          <b role="status">{words.count('blockChosen', bays.length)}</b>
          <button type="submit" class="main">
            {words.count('blockDo', bays.length)}
          </button>
          <button type="button" onClick={close}>
            {words.text('close')}
          </button>
        </p>
        <p class="alert" role="alert">
          {why.value}
        </p>
        <p role="status">{done.value}</p>
      </form>
    </section>
  )
}
