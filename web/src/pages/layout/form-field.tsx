/** A labelled field of the editor's forms. */
import type { Signal } from '@preact/signals'

interface FieldProps {
  readonly label: string
  readonly value: Signal<string>
  readonly hint?: string
  readonly number?: { readonly min: number; readonly max: number; readonly step?: number }
  readonly maxLength?: number
  readonly required?: boolean
}

export function Field({ label, value, hint, number, maxLength = 200, required = true }: FieldProps) {
  const shared = {
    ...{ required, title: hint, value: value.value },
    onInput: (event: { readonly currentTarget: HTMLInputElement }) => {
      value.value = event.currentTarget.value
    },
  }
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: one of the two inputs below is always in it
    <label>
      <span>{label}</span>
      {number ? (
        <input type="number" min={number.min} max={number.max} step={number.step ?? 'any'} {...shared} />
      ) : (
        <input maxLength={maxLength} autocomplete="off" {...shared} />
      )}
    </label>
  )
}

/** Of the browser; what the server knows no zone of is refused there with its reason. */
export const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone
