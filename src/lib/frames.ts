/**
 * Splitting bytes into frames, by scanning only: nothing is parsed, nothing is copied. Intake counts with it, processing splits
 * with it, so both always agree on how many frames a record holds.
 */

/** How bytes split into frames. The order is the wire code in the journal: append, never reorder. */
export const framings = ['whole', 'lines', 'csv', 'csv-header', 'json'] as const
/**
 * - `whole`: all bytes are one frame.
 * - `lines`: one frame per line (LF or CRLF); blank lines are not frames.
 * - `csv`: RFC 4180 rows, quotes may hold line ends; blank rows are not frames. `csv-header`: the first row is no frame.
 * - `json`: the elements of a top-level array, otherwise the whole text as one frame; `[]` and blank have none.
 */
export type Framing = (typeof framings)[number]
