/**
 * Ids in paths. Clients take `.` and `..` for steps in a path, also where they are percent-encoded (WHATWG URL), so a bay with such an id would
 * have no address: in a path it is written with a tilde in front.
 */
const dots = /^~*\.{1,2}$/
const escaped = /^~+\.{1,2}$/

/** As it stands in a path, before it is percent-encoded. */
export const idInPath = (id: string): string => (dots.test(id) ? `~${id}` : id)

/** The id that stands in a path, percent-decoded. */
export const idFromPath = (text: string): string => (escaped.test(text) ? text.slice(1) : text)
