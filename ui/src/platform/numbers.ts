/** Numbers as people type and paste them, and blocks of them as spreadsheets put them on the clipboard. */

/**
 * A typed or pasted quantity in steps of 10^-`scale`, or null where it is no such number.
 *
 * Both a comma and a point may part the decimals, spaces and apostrophes group digits; a single separator before exactly
 * three digits groups where the quantity has no decimals, as in "1.234" pieces. More decimals than the scale are refused,
 * never rounded.
 */
export function steps(text: string, scale = 0): number | null {
  const bare = text.trim().replace(/[\s\u00a0\u202f'’]/g, '').replace(/^\u2212/, '-')
  const mixed = /^[-+]?\d{1,3}(?:([.,])\d{3})+(?!\1)[.,]\d+$/.exec(bare)
  if (mixed) return steps(bare.replaceAll(mixed[1]!, ''), scale)
  const grouped = /^[-+]?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*$/.test(bare) && (scale === 0 || (bare.match(/[.,]/g)?.length ?? 0) > 1)
  const plain = grouped ? bare.replace(/[.,]/g, '') : bare.replace(',', '.')
  const parts = /^([-+]?)(\d+)(?:\.(\d*))?$/.exec(plain)
  if (!parts) return null
  const [, sign, whole, decimals = ''] = parts
  if (decimals.slice(scale).replace(/0/g, '') !== '') return null
  const value = Number(`${whole}${decimals.slice(0, scale).padEnd(scale, '0')}`)
  return Number.isSafeInteger(value) ? (sign === '-' ? -value : value) : null
}

/** Steps as a plain number that a spreadsheet reads in any country: no grouping, decimals only where there are some. */
export function plain(value: number, scale = 0): string {
  if (scale === 0) return String(value)
  const digits = String(Math.abs(value)).padStart(scale + 1, '0')
  const decimals = digits.slice(-scale).replace(/0+$/, '')
  return `${value < 0 ? '-' : ''}${digits.slice(0, -scale)}${decimals ? `.${decimals}` : ''}`
}

/** Rows of cells out of what a spreadsheet copies: tabs between cells, lines between rows, one line end to spare. */
export function cellsOf(text: string): string[][] {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\n$/, '')
    .split('\n')
    .map((row) => row.split('\t'))
}

export function textOf(cells: string[][]): string {
  return cells.map((row) => row.join('\t')).join('\n')
}
