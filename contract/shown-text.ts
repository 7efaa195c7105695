/** Text that people write and others are shown. */
import * as z from 'zod'

/** As names in a layout: shown among other text, which they may not steer. */
const steering = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/u

export const shownText = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.trim() !== '', 'must not be blank: say why')
    .refine((text) => !steering.test(text), 'must have no control characters, line breaks or bidirectional controls')
