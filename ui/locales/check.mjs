// Refuses a catalog that lacks a key, a plural form its language needs, or a placeholder of the English sentence.
import { readFileSync } from 'node:fs'

const read = (code) => JSON.parse(readFileSync(new URL(`./${code}.json`, import.meta.url), 'utf8'))
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
const same = (one, other) => JSON.stringify([...new Set(one)]) === JSON.stringify([...new Set(other)])
const english = read('en')
const faults = []

for (const code of ['en', 'es', 'it', 'ru']) {
  const table = read(code)
  for (const key of Object.keys(english)) if (!(key in table)) faults.push(`${code}: ${key} is missing`)
  for (const [key, entry] of Object.entries(table)) {
    const model = english[key]
    if (model === undefined) {
      faults.push(`${code}: ${key} is unknown in English`)
      continue
    }
    if (typeof entry !== typeof model) {
      faults.push(`${code}: ${key} must ${typeof model === 'string' ? 'not ' : ''}have plural forms`)
      continue
    }
    const wanted = names(typeof model === 'string' ? model : model.other)
    if (typeof entry === 'string') {
      if (entry.trim() === '') faults.push(`${code}: ${key} is empty`)
      if (!same(names(entry), wanted)) faults.push(`${code}: ${key} has other placeholders than English`)
      continue
    }
    const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories
    for (const form of forms) if (!entry[form]) faults.push(`${code}: ${key} lacks the plural form "${form}"`)
    for (const [form, text] of Object.entries(entry)) {
      if (!same(names(text), wanted)) faults.push(`${code}: ${key} (${form}) has other placeholders than English`)
    }
  }
}

if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exit(1)
}
