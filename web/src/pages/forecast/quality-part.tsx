/** One part of the quality panel: a heading, a note next to it, and the content. */
import type { ComponentChildren } from 'preact'

export const QualityPart = ({
  title,
  note,
  children,
}: {
  title: string
  note?: ComponentChildren
  children: ComponentChildren
}) => (
  <section class="quality-part">
    <div class="quality-head">
      <h3>{title}</h3>
      {note && <span class="quiet">{note}</span>}
    </div>
    {children}
  </section>
)
