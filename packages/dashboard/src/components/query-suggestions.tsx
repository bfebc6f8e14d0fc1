import { useEffect } from 'react'
import { typed, wordsOf, type Language } from '../query-language.ts'

/** `isWhole`: a filter with its value, which is taken at once; else the name, after which a value is typed. */
export type Suggestion = { text: string; name: string; hint: string; isWhole: boolean }

const SHOWN_MAX = 8

/** What may stand in place of the word that is being typed. */
export function suggestionsFor(draft: string, { terms }: Language): Suggestion[] {
  const word = /\s$/.test(draft) ? '' : (wordsOf(draft).at(-1) ?? '')
  const colon = word.indexOf(':')
  if (colon === -1) {
    const begun = word.toLowerCase()
    return terms
      .filter(({ name }) => name.startsWith(begun))
      .map(({ name, hint }) => ({ text: `${name}:`, name: `${name}:`, hint, isWhole: false }))
  }
  const term = terms.find(({ name }) => name === word.slice(0, colon).toLowerCase())
  const value = word
    .slice(colon + 1)
    .replaceAll('"', '')
    .toLowerCase()
  return (term?.values ?? [])
    .filter((option) => (option.label ?? option.value).toLowerCase().includes(value))
    .slice(0, SHOWN_MAX)
    .map((option) => ({
      text: typed(term?.name ?? '', option.value),
      name: option.value,
      hint: option.label && option.label !== option.value ? option.label : '',
      isWhole: true,
    }))
}

type QuerySuggestionsProps = {
  id: string
  suggestions: readonly Suggestion[]
  at: number
  onPoint: (index: number) => void
  onChoose: (suggestion: Suggestion) => void
}

/** The list under the field. Focus stays in the field. */
export function QuerySuggestions({ id, suggestions, at, onPoint, onChoose }: QuerySuggestionsProps) {
  useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' })
  }, [id, at])
  return (
    <div
      id={`${id}-list`}
      className="query-list"
      role="listbox"
      aria-label="Suggestions"
      hidden={suggestions.length === 0}
    >
      {suggestions.map((suggestion, index) => (
        <div
          key={suggestion.text}
          id={`${id}-${index}`}
          className="query-option"
          role="option"
          aria-selected={index === at}
          onMouseDown={(event) => event.preventDefault()}
          onMouseMove={() => index !== at && onPoint(index)}
          onClick={() => onChoose(suggestion)}
        >
          <code>{suggestion.name}</code>
          <span className="hint">{suggestion.hint}</span>
        </div>
      ))}
    </div>
  )
}
