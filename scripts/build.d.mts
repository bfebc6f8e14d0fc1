/** Builds whatever changed since it was last built; see `build.mjs`. */
export function build(announce?: (line: string) => void): Promise<void>
