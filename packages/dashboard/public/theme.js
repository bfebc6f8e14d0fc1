// Sets the colour scheme before the first paint, and again when the system's changes; the key is the one Mantine keeps
// its choice under.
;(function () {
  var system = matchMedia('(prefers-color-scheme: dark)')
  function set() {
    var choice = 'auto'
    try {
      choice = localStorage.getItem('mantine-color-scheme-value') || 'auto'
    } catch {
      // Storage can be blocked; the system's own scheme is then the answer.
    }
    var dark = choice === 'dark' || (choice !== 'light' && system.matches)
    document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
  }
  set()
  system.addEventListener('change', set)
})()
