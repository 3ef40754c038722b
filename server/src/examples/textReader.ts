/** A reader of one format: takes the file's text in pieces of any size. */
export interface TextReader {
  /** `false` once no more text is wanted. */
  feed(chunk: string): boolean | Promise<boolean>
  end(): void | Promise<void>
}
