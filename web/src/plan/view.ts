/**
 * Where the plan is looked at from: metres of the layout to device pixels of the canvas. Pure.
 * `scale` is device pixels per metre, `left` and `top` the pixel of the layout's origin.
 */
export interface View {
  readonly scale: number
  readonly left: number
  readonly top: number
}

export interface Box {
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
}

/** Canvas in device pixels. */
export interface Size {
  readonly w: number
  readonly h: number
}

/** A bay of 2.5 m is then as wide as a hand on a phone. */
export const scaleMax = 80
/** Further out than the whole plan is of no use; a quarter of it keeps a pinch from stopping hard. */
const belowFit = 0.75

export function fitView(box: Box, size: Size, margin: number): View {
  const scale = Math.min(
    scaleMax,
    Math.max(1, size.w - 2 * margin) / Math.max(1, box.w),
    Math.max(1, size.h - 2 * margin) / Math.max(1, box.h),
  )
  return centredView({ x: box.x + box.w / 2, y: box.y + box.h / 2 }, scale, size)
}

export function centredView(at: { x: number; y: number }, scale: number, size: Size): View {
  return { scale, left: size.w / 2 - at.x * scale, top: size.h / 2 - at.y * scale }
}

export function zoomedView(view: View, factor: number, at: { x: number; y: number }, scaleFit: number): View {
  const scale = Math.min(scaleMax, Math.max(Math.min(scaleFit, scaleMax) * belowFit, view.scale * factor))
  const ratio = scale / view.scale
  return { scale, left: at.x - (at.x - view.left) * ratio, top: at.y - (at.y - view.top) * ratio }
}

/** Moves the view, but never so far that the plan leaves the middle of the canvas. */
export function movedView(view: View, dx: number, dy: number, bounds: Box, size: Size): View {
  const keep = (offset: number, from: number, length: number, room: number) =>
    Math.min(room / 2 - from * view.scale, Math.max(room / 2 - (from + length) * view.scale, offset))
  return {
    scale: view.scale,
    left: keep(view.left + dx, bounds.x, bounds.w, size.w),
    top: keep(view.top + dy, bounds.y, bounds.h, size.h),
  }
}

export const layoutPoint = (view: View, px: number, py: number) => ({
  x: (px - view.left) / view.scale,
  y: (py - view.top) / view.scale,
})

/** A box of the layout in device pixels. */
export const onCanvas = (view: View, box: Box): Box => ({
  x: box.x * view.scale + view.left,
  y: box.y * view.scale + view.top,
  w: box.w * view.scale,
  h: box.h * view.scale,
})

export const overlaps = (box: Box, size: Size): boolean =>
  box.x < size.w && box.y < size.h && box.x + box.w > 0 && box.y + box.h > 0
