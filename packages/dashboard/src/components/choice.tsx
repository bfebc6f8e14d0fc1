type Option<Value extends string> = { value: Value; name: string; explain: string; disabled?: boolean }
type ChoiceProps<Value extends string> = {
  legend: string
  name: string
  value: Value
  onChange: (value: Value) => void
  options: Option<Value>[]
}

/** Two or three radio cards; the whole card is the target. */
export function Choice<Value extends string>({ legend, name, value, onChange, options }: ChoiceProps<Value>) {
  return (
    <fieldset className="plain">
      <legend>{legend}</legend>
      <div className="choice">
        {options.map((option) => (
          <label key={option.value}>
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={value === option.value}
              disabled={option.disabled}
              aria-describedby={`${name}-${option.value}`}
              onChange={() => onChange(option.value)}
            />
            <div>
              <strong>{option.name}</strong>
              <div className="explain" id={`${name}-${option.value}`}>
                {option.explain}
              </div>
            </div>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
