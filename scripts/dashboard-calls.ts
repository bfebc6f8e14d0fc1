import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import ts from 'typescript'

/** A place of the dashboard's source that asks the API. */
export type Call = {
  method: string
  /** The path as far as the source says it, without its query; `{}` where something is put in. */
  path: string
  file: string
  /** The constant or property whose function asks. */
  by: string
}

const METHODS = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
const UNKNOWN = '{}'
const EXPLORED = 'ExplorerSource'
// The names under which a path of the API is handed on to what asks for it: a list, a file to save, a signed request.
const CARRIERS = new Set(['path'])
const FETCHES = new Set(['fetch', 'fileAddress'])

export type Source = {
  calls: Call[]
  /** Every name and text that each file says: what a person can be asked there. */
  words: Map<string, Set<string>>
  /** Which files each file imports from. */
  imports: Map<string, string[]>
}

/**
 * Every request of the API that the source of a folder makes, read from its syntax alone: `call(method, path)`,
 * `fetch(path)`, and `path` as a property of what asks later. Constants are followed, also into other files, and a
 * parameter whose type lists its values stands for each of them.
 */
export function readSource(folder: string): Source {
  const sources = new Sources(folder)
  const files = [...sources.files()]
  const named = <Value>(of: (file: string) => Value) =>
    new Map(files.map((file) => [sources.nameOf(file), of(file)] as const))
  return {
    calls: files.flatMap((file) => callsOf(sources, file)),
    words: named((file) => wordsOf(sources.parse(file))),
    imports: named((file) => [...new Set(sources.importsOf(file).values())].map(sources.nameOf)),
  }
}

function wordsOf(source: ts.SourceFile): Set<string> {
  const said = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) || ts.isStringLiteralLike(node)) said.add(node.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return said
}

function callsOf(sources: Sources, file: string): Call[] {
  const source = sources.parse(file)
  const found: Call[] = []
  const add = (methods: readonly string[], path: ts.Expression) => {
    const by = declarationOf(path)
    for (const text of sources.textsOf(path, file))
      if (/^\/(?:v1|auth)\//.test(text))
        for (const method of methods)
          found.push({ method, path: text.replace(/\?.*$/s, ''), file: sources.nameOf(file), by })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const [first, second] = node.arguments
      if (node.expression.text === 'call' && first && second)
        add(
          sources.textsOf(first, file).filter((text) => METHODS.has(text)),
          second,
        )
      if (FETCHES.has(node.expression.text) && first) add(['GET'], first)
    }
    if (ts.isPropertyAssignment(node) && CARRIERS.has(node.name.getText(source)))
      add(['GET'], node.initializer)
    if (ts.isJsxAttribute(node) && CARRIERS.has(node.name.getText(source)) && node.initializer) {
      const given = node.initializer
      if (ts.isStringLiteral(given)) add(['GET'], given)
      else if (ts.isJsxExpression(given) && given.expression) add(['GET'], given.expression)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

class Sources {
  readonly #parsed = new Map<string, ts.SourceFile>()
  readonly #imports = new Map<string, Map<string, string>>()
  #sources: string[] | undefined

  constructor(readonly folder: string) {}

  *files(): Iterable<string> {
    for (const name of readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).sort())
      if (/\.tsx?$/.test(name) && !/\.test\.tsx?$|\.d\.ts$/.test(name)) yield join(this.folder, name)
  }

  nameOf = (file: string) => relative(this.folder, file)

  parse(file: string): ts.SourceFile {
    let source = this.#parsed.get(file)
    if (!source) {
      const kind = file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS
      source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, kind)
      this.#parsed.set(file, source)
    }
    return source
  }

  /** What an expression may say, each possibility; unknown parts as `{}`. */
  textsOf(node: ts.Expression, file: string): string[] {
    if (ts.isStringLiteralLike(node)) return [node.text]
    if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node))
      return this.textsOf(node.expression, file)
    if (ts.isConditionalExpression(node))
      return [...this.textsOf(node.whenTrue, file), ...this.textsOf(node.whenFalse, file)]
    if (ts.isTemplateExpression(node))
      return node.templateSpans.reduce(
        (texts, span) =>
          texts.flatMap((text) =>
            this.textsOf(span.expression, file).map((part) => text + part + span.literal.text),
          ),
        [node.head.text],
      )
    if (ts.isIdentifier(node)) return this.#named(node, file)
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression))
      return this.#answered(node.expression, file)
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'source.path') return this.#explored()
    return [UNKNOWN]
  }

  /** The paths of what the one explorer shows: of each constant of its type. */
  #explored(): string[] {
    this.#sources ??= [...this.files()].flatMap((file) =>
      this.parse(file).statements.flatMap((statement) =>
        ts.isVariableStatement(statement)
          ? statement.declarationList.declarations.flatMap(({ type, initializer }) =>
              type && ts.isTypeReferenceNode(type) && type.typeName.getText() === EXPLORED && initializer
                ? this.#pathOf(initializer, file)
                : [],
            )
          : [],
      ),
    )
    return this.#sources
  }

  #pathOf(object: ts.Expression, file: string): string[] {
    if (!ts.isObjectLiteralExpression(object)) return []
    return object.properties.flatMap((property) =>
      ts.isPropertyAssignment(property) && property.name.getText() === 'path'
        ? this.textsOf(property.initializer, file)
        : [],
    )
  }

  #named(name: ts.Identifier, file: string): string[] {
    const parameter = parameterOf(name)
    if (parameter) return literalsOf(parameter.type, this.parse(file)) ?? [UNKNOWN]
    const local = localOf(name)
    if (local) return this.textsOf(local, file)
    const constant = this.#constant(name.text, file)
    return constant ? this.textsOf(constant.value, constant.file) : [UNKNOWN]
  }

  /** A function of one expression, such as the path of a list of one object. */
  #answered(name: ts.Identifier, file: string): string[] {
    const constant = this.#constant(name.text, file)
    if (!constant || !ts.isArrowFunction(constant.value) || ts.isBlock(constant.value.body)) return [UNKNOWN]
    return this.textsOf(constant.value.body, constant.file)
  }

  #constant(name: string, file: string): { value: ts.Expression; file: string } | null {
    for (const statement of this.parse(file).statements) {
      if (!ts.isVariableStatement(statement)) continue
      for (const { name: own, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(own) && own.text === name && initializer) return { value: initializer, file }
    }
    const from = this.importsOf(file).get(name)
    return from === undefined ? null : this.#constant(name, from)
  }

  /** The files of this folder that names are imported from. */
  importsOf(file: string): Map<string, string> {
    let imports = this.#imports.get(file)
    if (imports) return imports
    imports = new Map()
    for (const statement of this.parse(file).statements) {
      if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) continue
      const { text } = statement.moduleSpecifier
      const names = statement.importClause?.namedBindings
      if (!/^\.\.?\/.*\.tsx?$/.test(text) || !names || !ts.isNamedImports(names)) continue
      for (const { name } of names.elements) imports.set(name.text, resolve(dirname(file), text))
    }
    this.#imports.set(file, imports)
    return imports
  }
}

/** The name of the innermost constant, property or function that an expression is part of. */
function declarationOf(expression: ts.Expression): string {
  for (let node: ts.Node | undefined = expression; node; node = node.parent)
    if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isFunctionDeclaration(node)) {
      const own = node.name?.getText()
      if (own !== undefined && own !== 'path') return own
    }
  return ''
}

/** The parameter of an enclosing function that a name means, when it means one. */
function parameterOf(name: ts.Identifier): ts.ParameterDeclaration | null {
  for (let node: ts.Node | undefined = name.parent; node; node = node.parent) {
    if (!ts.isFunctionLike(node)) continue
    const own = node.parameters.find((one) => ts.isIdentifier(one.name) && one.name.text === name.text)
    if (own) return own
  }
  return null
}

/** What a name stands for that an enclosing block has given a value. */
function localOf(name: ts.Identifier): ts.Expression | null {
  for (let node: ts.Node | undefined = name.parent; node && !ts.isSourceFile(node); node = node.parent) {
    if (!ts.isBlock(node)) continue
    for (const statement of node.statements) {
      if (!ts.isVariableStatement(statement)) continue
      for (const { name: own, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(own) && own.text === name.text && initializer) return initializer
    }
  }
  return null
}

/** The texts that a type allows, when it lists them; an alias of the same file is followed. */
function literalsOf(type: ts.TypeNode | undefined, source: ts.SourceFile): string[] | null {
  if (!type) return null
  if (ts.isLiteralTypeNode(type) && ts.isStringLiteral(type.literal)) return [type.literal.text]
  if (ts.isUnionTypeNode(type)) {
    const each = type.types.map((one) => literalsOf(one, source))
    return each.some((one) => one === null) ? null : each.flatMap((one) => one ?? [])
  }
  if (!ts.isTypeReferenceNode(type)) return null
  const alias = source.statements.find(
    (one): one is ts.TypeAliasDeclaration =>
      ts.isTypeAliasDeclaration(one) && one.name.text === type.typeName.getText(source),
  )
  return alias ? literalsOf(alias.type, source) : null
}
