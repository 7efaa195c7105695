/** What is wrong with a file or a grid, with its place. */
export interface ImportFinding {
  readonly severity: 'fault' | 'warning'
  readonly where: string
  readonly message: string
}

export const Findings = ({ of }: { of: readonly ImportFinding[] }) =>
  of.length === 0 ? null : (
    <ul class="findings" role="alert">
      {of.map(({ severity, where, message }, i) => (
        <li key={`${i} ${where}`} class={severity}>
          <b>{where}</b>: {message}
        </li>
      ))}
    </ul>
  )
