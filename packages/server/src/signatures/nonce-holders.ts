/** Who holds how many live nonces, and since which second: what is released together when that second has ended. */
export type NonceHolders = {
  hold(keyId: string, second: number): void
  countOf(keyId: string): number
  releaseBefore(second: number): void
  /** Nonces held by all. */
  readonly size: number
  /** Memory of the lists by second. */
  readonly bytes: number
}

const LIST_FIRST = 16
const NUMBER_BYTES = 4

type Holder = { keyId: string; number: number; count: number }
type List = { numbers: Uint32Array; length: number }

/** A key is a number while it holds a nonce, so that a nonce costs its second four bytes. */
export function createHolders(): NonceHolders {
  const byKey = new Map<string, Holder>()
  const byNumber: (Holder | undefined)[] = []
  const freeNumbers: number[] = []
  const bySecond = new Map<number, List>()
  let size = 0
  let bytes = 0

  function enter(keyId: string): Holder {
    const holder = { keyId, number: freeNumbers.pop() ?? byNumber.length, count: 0 }
    byNumber[holder.number] = holder
    byKey.set(keyId, holder)
    return holder
  }

  function release(number: number): void {
    const holder = byNumber[number] as Holder
    holder.count -= 1
    if (holder.count > 0) return
    byKey.delete(holder.keyId)
    byNumber[number] = undefined
    freeNumbers.push(number)
  }

  function append(second: number, number: number): void {
    let list = bySecond.get(second)
    if (!list) {
      list = { numbers: new Uint32Array(LIST_FIRST), length: 0 }
      bySecond.set(second, list)
      bytes += LIST_FIRST * NUMBER_BYTES
    } else if (list.length === list.numbers.length) {
      const larger = new Uint32Array(list.length * 2)
      larger.set(list.numbers)
      bytes += list.length * NUMBER_BYTES
      list.numbers = larger
    }
    list.numbers[list.length] = number
    list.length += 1
  }

  return {
    hold(keyId, second) {
      const holder = byKey.get(keyId) ?? enter(keyId)
      holder.count += 1
      size += 1
      append(second, holder.number)
    },
    countOf: (keyId) => byKey.get(keyId)?.count ?? 0,
    releaseBefore(ended) {
      for (const [second, { numbers, length }] of bySecond) {
        if (second >= ended) continue
        for (let index = 0; index < length; index += 1) release(numbers[index] as number)
        size -= length
        bytes -= numbers.byteLength
        bySecond.delete(second)
      }
    },
    get size() {
      return size
    },
    get bytes() {
      return bytes
    },
  }
}
