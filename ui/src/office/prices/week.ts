/** Hours of the week as they are typed, some days at a time, and as a rule keeps them: minutes since Monday 00:00. */
export type Hours = { days: number[]; from: string; until: string }
export type Window = { starts: number; ends_before: number }

const DAY = 24 * 60
const WEEK = 7 * DAY
export const WINDOWS_MAX = 50

const two = (value: number): string => String(value).padStart(2, '0')
const textOf = (minute: number): string => `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`
/** Minutes since midnight; null where it is no time. */
function minuteOf(text: string): number | null {
  const found = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  return found ? Number(found[1]) * 60 + Number(found[2]) : null
}

/** What begins on a day and ends by the next day's same time is one stretch, over midnight too; longer ones are cut at midnight. */
function stretches(windows: Window[]): Window[] {
  const sorted = [...windows].sort((a, b) => a.starts - b.starts)
  const last = sorted.findIndex((one) => one.ends_before === WEEK && one.starts > WEEK - DAY)
  const first = sorted.findIndex((one) => one.starts === 0 && one.ends_before < DAY)
  // The week ends on Sunday at midnight; a night does not.
  if (last > first && first >= 0 && sorted[first]!.ends_before + WEEK - sorted[last]!.starts < DAY) {
    const night = { starts: sorted[last]!.starts, ends_before: WEEK + sorted[first]!.ends_before }
    sorted.splice(last, 1, night)
    sorted.splice(first, 1)
  }
  const found: Window[] = []
  for (const one of sorted) {
    let { starts } = one
    while (one.ends_before - starts > DAY || (one.ends_before - starts === DAY && starts % DAY !== 0)) {
      const midnight = starts - (starts % DAY) + DAY
      found.push({ starts, ends_before: midnight })
      starts = midnight
    }
    if (starts < one.ends_before) found.push({ starts, ends_before: one.ends_before })
  }
  return found
}

/** Days with the same hours together. */
export function hoursOf(windows: Window[]): Hours[] {
  const found = new Map<string, Hours>()
  for (const one of stretches(windows)) {
    const [from, until] = [textOf(one.starts % DAY), textOf(one.ends_before % DAY)]
    const hours = found.get(`${from} ${until}`) ?? { days: [], from, until }
    hours.days.push(Math.floor(one.starts / DAY) + 1)
    found.set(`${from} ${until}`, hours)
  }
  return [...found.values()]
}

/** What ends no later than it begins ends the next day; midnight to midnight is a whole day. */
export function windowsOf(hours: Hours[]): Window[] {
  const found: Window[] = []
  for (const one of hours) {
    const [from, until] = [minuteOf(one.from) ?? 0, minuteOf(one.until) ?? 0]
    for (const day of one.days) {
      const starts = (day - 1) * DAY + from
      const ends = (day - 1) * DAY + (until > from ? until : until + DAY)
      found.push({ starts, ends_before: Math.min(ends, WEEK) })
      if (ends > WEEK) found.push({ starts: 0, ends_before: ends - WEEK })
    }
  }
  return found.sort((a, b) => a.starts - b.starts)
}

/** Why hours cannot stand: no day, a time that is none, or more of them than a rule may have. */
export function wrongHours(hours: Hours[]): 'days' | 'times' | 'many' | null {
  if (hours.some((one) => one.days.length === 0)) return 'days'
  if (hours.some((one) => minuteOf(one.from) === null || minuteOf(one.until) === null)) return 'times'
  return windowsOf(hours).length > WINDOWS_MAX ? 'many' : null
}
