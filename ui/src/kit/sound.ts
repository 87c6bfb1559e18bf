let context: AudioContext | null = null

/** [hertz, seconds] one after the other: high and short for yes, low and long for no, so that nobody must look. */
const TUNES = { good: [[1320, 0.07]], again: [[1320, 0.06], [990, 0.08]], bad: [[196, 0.22], [147, 0.34]] } as const

/** Sounds what became of a scan, and lets a phone shake where the answer is no. Silent where the browser allows no sound. */
export function sound(tune: keyof typeof TUNES): void {
  if (tune === 'bad') navigator.vibrate?.([120, 60, 120])
  try {
    context ??= new AudioContext()
    void context.resume()
    let at = context.currentTime
    for (const [hertz, seconds] of TUNES[tune]) {
      const tone = context.createOscillator()
      const loudness = context.createGain()
      tone.type = tune === 'bad' ? 'square' : 'sine'
      tone.frequency.value = hertz
      loudness.gain.setValueAtTime(0.16, at)
      loudness.gain.exponentialRampToValueAtTime(0.001, at + seconds)
      tone.connect(loudness).connect(context.destination)
      tone.start(at)
      tone.stop(at + seconds)
      at += seconds
    }
  } catch {
    // Sound is a courtesy; the screen says the same.
  }
}
