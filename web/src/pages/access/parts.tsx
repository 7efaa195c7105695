/** What the pages about people and keys have in common: a form that reports why it failed, and a secret that is shown once. */
import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useDesk } from '../../shell/desk.ts'
import './access.css'

interface FormProps {
  readonly label: string
  readonly submit: string
  /** Resolves with why it failed. */
  send(fields: FormData): Promise<string | undefined>
  readonly children: ComponentChildren
}

export function AccessForm({ label, submit, send, children }: FormProps) {
  const why = useSignal('')
  const busy = useSignal(false)
  const onSubmit = async (form: HTMLFormElement) => {
    if (busy.value) return
    busy.value = true
    why.value = (await send(new FormData(form))) ?? ''
    busy.value = false
    if (why.value === '') form.reset()
  }
  return (
    <form
      class="access-form"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault()
        void onSubmit(event.currentTarget)
      }}
    >
      {children}
      <button type="submit" class="main" aria-disabled={busy.value}>
        {submit}
      </button>
      <p class="alert" role="alert">
        {why.value}
      </p>
    </form>
  )
}

export interface Secret {
  readonly about: string
  readonly text: string
}

export const ShownOnce = ({ secret }: { secret: Secret | undefined }) => (
  <div role="status">
    {secret && (
      <div class="banner">
        <div>
          <p>{secret.about}</p>
          <code class="access-secret">{secret.text}</code>
        </div>
      </div>
    )}
  </div>
)

/** A time as the reader's clock has it. */
export function When({ at }: { at: string | null }) {
  const { words, zone } = useDesk()
  if (at === null) return null
  return <time dateTime={at}>{words.moment(Date.parse(at), zone.value)}</time>
}
