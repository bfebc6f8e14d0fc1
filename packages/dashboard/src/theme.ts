import { createTheme, type MantineColorsTuple } from '@mantine/core'

// The values of docs/design.md. Ink is the one accent; gray and dark are the graphite ramp.
const ink: MantineColorsTuple = [
  '#eef1ff',
  '#dde3ff',
  '#bac5fd',
  '#9aaafb',
  '#7185f5',
  '#4d61ec',
  '#3d50df',
  '#3346cf',
  '#283798',
  '#212d76',
]
const gray: MantineColorsTuple = [
  '#f7f8f9',
  '#eff1f3',
  '#e3e6ea',
  '#cfd5dc',
  '#c3c9d1',
  '#8a929e',
  '#636b78',
  '#4b535f',
  '#2c323b',
  '#14181f',
]
const dark: MantineColorsTuple = [
  '#e6e9ee',
  '#b4bcc8',
  '#939cab',
  '#6e7886',
  '#363e4a',
  '#252b35',
  '#151920',
  '#0f1217',
  '#0b0d11',
  '#07080b',
]

/** Everything Mantine needs to look like Countersign; what it cannot express is in styles/. */
export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 6, dark: 5 },
  colors: { ink, gray, dark },
  black: '#14181f',
  fontFamily:
    "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, 'Noto Sans', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', SFMono-Regular, 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '15px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '22px', xl: '28px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  radius: { xs: '4px', sm: '6px', md: '6px', lg: '10px', xl: '14px' },
  defaultRadius: 'sm',
  headings: {
    fontWeight: '650',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '15px', lineHeight: '22px', fontWeight: '600' },
      h3: { fontSize: '14px', lineHeight: '20px', fontWeight: '600' },
    },
  },
  focusRing: 'auto',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    // Required is the rule; what may be left out says so in its label.
    InputWrapper: { defaultProps: { withAsterisk: false } },
    TextInput: { defaultProps: { size: 'sm' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'sm', allowDeselect: false } },
    // At the radius of a field its small box would be a circle, as of one choice among several.
    Checkbox: { defaultProps: { radius: 4 } },
    Modal: {
      defaultProps: {
        centered: true,
        closeButtonProps: { 'aria-label': 'Close' },
        radius: 'lg',
        transitionProps: { transition: 'fade', duration: 120 },
      },
    },
    // The message's close button carries no text.
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close the message' } } },
    Drawer: {
      defaultProps: {
        closeButtonProps: { 'aria-label': 'Close the menu' },
        transitionProps: { duration: 160 },
      },
    },
    Menu: {
      defaultProps: {
        radius: 'md',
        shadow: 'md',
        transitionProps: { transition: 'fade', duration: 100 },
        // An element of role presentation inside role menu is what axe calls a serious fault.
        withInitialFocusPlaceholder: false,
      },
    },
    Tooltip: {
      defaultProps: { openDelay: 250, withArrow: false, radius: 'sm', fz: 12, multiline: true, maw: 320 },
    },
    Anchor: { defaultProps: { underline: 'hover' } },
  },
})
