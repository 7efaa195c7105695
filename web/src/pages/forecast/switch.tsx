/** A choice of a few options, as buttons in a row. */
interface SwitchProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [value: T, text: string])[]
  choose(value: T): void
}

export function Switch<T extends string>({ label, value, options, choose }: SwitchProps<T>) {
  return (
    <fieldset class="switch" aria-label={label}>
      {options.map(([each, text]) => (
        <button key={each} type="button" aria-pressed={each === value} onClick={() => choose(each)}>
          {text}
        </button>
      ))}
    </fieldset>
  )
}
