export function buildGuides(outDir: string): Promise<void>
