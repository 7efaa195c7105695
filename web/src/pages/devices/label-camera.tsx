/** Reads QR codes with the camera, where the browser can (`BarcodeDetector`); nothing of the picture leaves the page. */
import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { useDevicesWords } from './devices-words.ts'

interface Detector {
  detect(video: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>
}
type DetectorClass = new (options: { readonly formats: readonly string[] }) => Detector

const detectorClass = () => (globalThis as { readonly BarcodeDetector?: DetectorClass }).BarcodeDetector
export const hasCamera = (): boolean => detectorClass() !== undefined && navigator.mediaDevices !== undefined

/** Between two looks. */
const lookMs = 200

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop()
}

export function LabelCamera({ found }: { found(text: string): void }) {
  const { words } = useDevicesWords()
  const video = useRef<HTMLVideoElement>(null)
  const why = useSignal('')
  useEffect(() => {
    let stream: MediaStream | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let gone = false
    const look = async (detector: Detector, of: HTMLVideoElement) => {
      // A picture that cannot be read yet is followed by the next one.
      const [code] = await detector.detect(of).catch(() => [])
      if (gone) return
      if (code) found(code.rawValue)
      else timer = setTimeout(() => void look(detector, of), lookMs)
    }
    const start = async () => {
      const Class = detectorClass()
      if (!Class || !video.current) return
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
      if (gone) return stop(stream)
      video.current.srcObject = stream
      await video.current.play()
      await look(new Class({ formats: ['qr_code', 'data_matrix', 'code_128'] }), video.current)
    }
    start().catch(() => {
      // The browser has no camera, or its user allows none: the field remains.
      why.value = words.text('cameraNone')
    })
    return () => {
      gone = true
      clearTimeout(timer)
      stop(stream)
    }
  }, [found, why, words])
  return (
    <div class="label-camera">
      <video ref={video} muted playsInline aria-label={words.text('camera')} />
      <p class="alert" role="alert">
        {why.value}
      </p>
    </div>
  )
}
