/** What an operator does with a device. One form at a time; its button names the result. */
import { requestOf } from '@baykeeper/contract/client.ts'
import type { Device } from '@baykeeper/contract/device.ts'
import { type Signal, useSignal } from '@preact/signals'
import { act } from '../../shell/acting.ts'
import { may, useDesk } from '../../shell/desk.ts'
import { AssignForm } from './assign-form.tsx'
import { useDevicesWords } from './devices-words.ts'

type Form = 'assign' | 'swap' | 'note'

interface ActionsProps {
  readonly device: Device
  changed(): void
}

export function DeviceActions({ device, changed }: ActionsProps) {
  const desk = useDesk()
  const { words } = useDevicesWords()
  const form = useSignal<Form | undefined>(undefined)
  const why = useSignal('')
  const done = () => {
    form.value = undefined
    changed()
  }
  const unassign = async () => {
    const sent = await act(words, requestOf('DELETE /api/v1/assignments/{device}', { params: { device: device.id } }))
    why.value = sent.ok ? '' : sent.why
    if (sent.ok) done()
  }
  if (!may(desk, 'operate'))
    return (
      <section class="panel part" aria-label={words.text('actions')}>
        <h2>{words.text('actions')}</h2>
        <p class="quiet">{words.text('needOperator')}</p>
      </section>
    )
  return (
    <section class="panel part" aria-label={words.text('actions')}>
      <h2>{words.text('actions')}</h2>
      <p class="ways">
        <FormButton of="assign" form={form} text={words.text(device.bay === null ? 'assignTo' : 'move')} />
        {device.bay !== null && <FormButton of="swap" form={form} text={words.text('swap')} />}
        <FormButton of="note" form={form} text={words.text('note')} />
        {device.bay !== null && (
          <button type="button" onClick={() => void unassign()}>
            {words.text('unassign')}
          </button>
        )}
      </p>
      {form.value === 'assign' && <AssignForm device={device.id} done={done} cancel={() => (form.value = undefined)} />}
      {form.value === 'swap' && device.bay !== null && <SwapForm device={device.id} bay={device.bay} done={done} />}
      {form.value === 'note' && <NoteForm device={device} done={done} />}
      <p class="alert" role="alert">
        {why.value}
      </p>
    </section>
  )
}

function FormButton({ of, form, text }: { of: Form; form: Signal<Form | undefined>; text: string }) {
  return (
    <button
      type="button"
      aria-expanded={form.value === of}
      onClick={() => {
        form.value = form.value === of ? undefined : of
      }}
    >
      {text} …
    </button>
  )
}

export function SwapForm({ device, bay, done }: { device: string | undefined; bay: string; done(): void }) {
  const { words } = useDevicesWords()
  const next = useSignal('')
  const why = useSignal('')
  const send = async () => {
    const body = { device: next.value.trim(), bay, ...(device === undefined ? {} : { replaces: device }) }
    const sent = await act(words, requestOf('POST /api/v1/assignments', { body }))
    why.value = sent.ok ? '' : sent.why
    if (sent.ok) done()
  }
  return (
    <form
      class="assign-form"
      aria-label={words.text('swap')}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        <span>{words.text('newDevice')}</span>
        <input
          required
          maxLength={128}
          autocomplete="off"
          spellcheck={false}
          value={next.value}
          onInput={(event) => {
            next.value = event.currentTarget.value
          }}
        />
      </label>
      {device !== undefined && <p class="quiet">{words.text('swapHint')}</p>}
      <button type="submit" class="main">
        {words.text(device === undefined ? 'assign' : 'swapDo')}
      </button>
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}

export function NoteForm({ device, done }: { device: Pick<Device, 'id' | 'notes'>; done(): void }) {
  const { words } = useDevicesWords()
  const notes = useSignal(device.notes ?? '')
  const heartbeat = useSignal('')
  const why = useSignal('')
  const send = async () => {
    const body = {
      notes: notes.value.trim() === '' ? null : notes.value.trim(),
      ...(heartbeat.value === '' ? {} : { heartbeat_s: Number(heartbeat.value) }),
    }
    const sent = await act(words, requestOf('PATCH /api/v1/devices/{id}', { params: { id: device.id }, body }))
    why.value = sent.ok ? '' : sent.why
    if (sent.ok) done()
  }
  return (
    <form
      class="assign-form"
      aria-label={words.text('note')}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <label>
        <span>{words.text('note')}</span>
        <input
          maxLength={500}
          value={notes.value}
          onInput={(event) => {
            notes.value = event.currentTarget.value
          }}
        />
      </label>
      <label>
        <span>{words.text('heartbeat')}</span>
        <input
          type="number"
          min={1}
          max={31_622_400}
          title={words.text('heartbeatHint')}
          value={heartbeat.value}
          onInput={(event) => {
            heartbeat.value = event.currentTarget.value
          }}
        />
      </label>
      <button type="submit" class="main">
        {words.text('noteSave')}
      </button>
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}
